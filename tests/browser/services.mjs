// The services behind the pages, asked directly: what a test wants to know that no page tells.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';

const PROTO = join(dirname(fileURLToPath(import.meta.url)), '../../proto');

// A client with the rights of the shop's owner. Its methods give promises:
// `await connect(shop, 'transactions', 'TransactionsService').ListOrders({})`.
// The file is <service>.proto of octavo/<service>/v1 unless named.
export function connect(shop, service, type, file = `${service}.proto`) {
  const definition = protoLoader.loadSync(`octavo/${service}/v1/${file}`, { includeDirs: [PROTO], keepCase: true, longs: Number,
    enums: String, defaults: true });
  const Client = grpc.loadPackageDefinition(definition).octavo[service].v1[type];
  const client = new Client(shop.grpcAddress, grpc.credentials.createInsecure());
  const metadata = new grpc.Metadata();
  metadata.set('authorization', `Bearer ${shop.token}`);
  return new Proxy(client, {
    get: (target, method) => (method === 'close' ? () => target.close() : (request) => new Promise((resolve, reject) => {
      const options = { deadline: Date.now() + 20_000 };
      target[method](request, metadata, options, (error, answer) => (error ? reject(error) : resolve(answer)));
    })),
  });
}
