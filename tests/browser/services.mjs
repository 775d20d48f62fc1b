// The services behind the pages, asked directly: what a test wants to know that no page tells.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';

const PROTO = join(dirname(fileURLToPath(import.meta.url)), '../../proto');

// A client whose methods give promises: `await connect(address, 'transactions', 'TransactionsService').ListOrders({})`.
// The file is <service>.proto of octavo/<service>/v1 unless named.
export function connect(address, service, type, file = `${service}.proto`) {
  const definition = protoLoader.loadSync(`octavo/${service}/v1/${file}`, { includeDirs: [PROTO], keepCase: true, longs: Number,
    enums: String, defaults: true });
  const Client = grpc.loadPackageDefinition(definition).octavo[service].v1[type];
  const client = new Client(address, grpc.credentials.createInsecure());
  return new Proxy(client, {
    get: (target, method) => (method === 'close' ? () => target.close() : (request) => new Promise((resolve, reject) => {
      target[method](request, { deadline: Date.now() + 20_000 }, (error, answer) => (error ? reject(error) : resolve(answer)));
    })),
  });
}
