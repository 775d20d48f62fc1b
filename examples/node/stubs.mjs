// Loads one of Octavo's protos at run time; no code is generated.
//
//     const { unary } = load('classic/unary.proto');
//     const client = new unary.Unary('127.0.0.1:50051', grpc.credentials.createInsecure());
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROTO = join(dirname(fileURLToPath(import.meta.url)), '../../proto');

// The package object of proto/<name>: namespaces, and in them a client class for each service.
export function load(name) {
  const definition = protoLoader.loadSync(name, {
    includeDirs: [PROTO, join(PROTO, 'classic')],
    keepCase: true, // Field names as in the proto: max_results, not maxResults.
    longs: String, // An int64 does not fit a JavaScript number.
    enums: String,
    defaults: true,
  });
  return grpc.loadPackageDefinition(definition);
}

// The options of a call that must be over within `seconds`; a server that is just starting is waited for.
export function within(seconds) {
  return { deadline: Date.now() + seconds * 1000 };
}
