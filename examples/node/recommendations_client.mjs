// A client of the published Recommendations contract: prints the books that the shop recommends to a reader.
//
//     node examples/node/recommendations_client.mjs [ADDRESS [USER_ID [CATEGORY [MAX_RESULTS]]]]
//
// CATEGORY is FICTION, ROMANCE or SELF_HELP.
import grpc from '@grpc/grpc-js';
import { promisify } from 'node:util';
import { load, within } from './stubs.mjs';

const { Recommendations } = load('classic/recommendations.proto'); // This contract has no package.
const [address = '127.0.0.1:50051', userId = '1', category = 'FICTION', maxResults = '5'] = process.argv.slice(2);
const client = new Recommendations(address, grpc.credentials.createInsecure());
const recommend = promisify(client.Recommend.bind(client));

try {
  const request = { user_id: Number(userId), category, max_results: Number(maxResults) };
  const response = await recommend(request, new grpc.Metadata({ waitForReady: true }), within(10));
  for (const book of response.recommendations) console.log(`${book.id}\t${book.title}`);
} catch (error) {
  console.error(`${grpc.status[error.code]}: ${error.details}`);
  process.exitCode = 1;
}
client.close();
