// A server-streaming client: sends standard input as one text and prints each message of the answer as it comes.
//
//     printf 'one\ntwo\n' | node examples/node/server_streaming_client.mjs [ADDRESS]
import grpc from '@grpc/grpc-js';
import { text } from 'node:stream/consumers';
import { load, within } from './stubs.mjs';

const { server_streaming: serverStreaming } = load('classic/server_streaming.proto');
const address = process.argv[2] ?? '127.0.0.1:50051';
const client = new serverStreaming.ServerStreaming(address, grpc.credentials.createInsecure());

const request = { message: await text(process.stdin) };
// The call is a readable stream; it throws when the call fails.
for await (const line of client.GetServerResponse(request, new grpc.Metadata({ waitForReady: true }), within(60))) {
  console.log(line.message);
}
client.close();
