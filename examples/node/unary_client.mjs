// A unary client: sends each line of standard input as a call of its own and prints the answer.
//
//     echo hi | node examples/node/unary_client.mjs [ADDRESS]      ADDRESS is 127.0.0.1:50051 unless given.
import grpc from '@grpc/grpc-js';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { load, within } from './stubs.mjs';

const { unary } = load('classic/unary.proto');
const address = process.argv[2] ?? '127.0.0.1:50051';
const client = new unary.Unary(address, grpc.credentials.createInsecure());
const getServerResponse = promisify(client.GetServerResponse.bind(client));

for await (const line of createInterface({ input: process.stdin })) {
  // Every call should have a deadline, or a server that hangs hangs its clients too.
  const response = await getServerResponse({ message: line }, new grpc.Metadata({ waitForReady: true }), within(10));
  console.log(response.message);
}
client.close();
