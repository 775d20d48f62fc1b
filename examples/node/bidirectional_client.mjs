// A bidirectional client: sends each line of standard input as it is typed and prints each message as it comes back.
//
//     node examples/node/bidirectional_client.mjs [ADDRESS]      Ends with the input (Ctrl-D).
import grpc from '@grpc/grpc-js';
import { createInterface } from 'node:readline';
import { load } from './stubs.mjs';

const { bidirectional } = load('classic/bidirectional.proto');
const address = process.argv[2] ?? '127.0.0.1:50051';
const client = new bidirectional.Bidirectional(address, grpc.credentials.createInsecure());

// A stream both ways. No deadline: the user decides how long.
const call = client.GetServerResponse(new grpc.Metadata({ waitForReady: true }));
createInterface({ input: process.stdin })
  .on('line', (line) => call.write({ message: line }))
  .on('close', () => call.end());
for await (const answer of call) console.log(answer.message);
client.close();
