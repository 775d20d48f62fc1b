// A client-streaming client: sends each line of standard input as a message and prints how many the server counted.
//
//     printf 'one\ntwo\n' | node examples/node/client_streaming_client.mjs [ADDRESS]
import grpc from '@grpc/grpc-js';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { load, within } from './stubs.mjs';

const { client_streaming: clientStreaming } = load('classic/client_streaming.proto');
const address = process.argv[2] ?? '127.0.0.1:50051';
const client = new clientStreaming.ClientStreaming(address, grpc.credentials.createInsecure());

let call;
const answer = new Promise((resolve, reject) => {
  call = client.GetServerResponse(new grpc.Metadata({ waitForReady: true }), within(60), (error, response) =>
    error ? reject(error) : resolve(response),
  );
});
for await (const line of createInterface({ input: process.stdin })) {
  // The call is a writable stream: false means that its buffer is full.
  if (!call.write({ message: line })) await once(call, 'drain');
}
call.end();
console.log((await answer).count);
client.close();
