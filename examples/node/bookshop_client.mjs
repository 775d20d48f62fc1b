// A tour of the shop's newer contracts: its categories, a search, and what it recommends to a reader.
//
//     node examples/node/bookshop_client.mjs [ADDRESS [QUERY [READER]]]      As in: 127.0.0.1:50051 earthsea readers/1
import grpc from '@grpc/grpc-js';
import { promisify } from 'node:util';
import { load, within } from './stubs.mjs';

const { CatalogService } = load('octavo/catalog/v1/catalog.proto').octavo.catalog.v1;
const { RecommendationsService } = load('octavo/recommendations/v1/recommendations.proto').octavo.recommendations.v1;
const [address = '127.0.0.1:50051', query = 'earthsea', reader = 'readers/1'] = process.argv.slice(2);

const catalog = new CatalogService(address, grpc.credentials.createInsecure());
const recommendations = new RecommendationsService(address, grpc.credentials.createInsecure());
// Each call as a promise.
const call = (client, method, request) =>
  promisify(client[method].bind(client))(request, new grpc.Metadata({ waitForReady: true }), within(10));

console.log('# categories');
const { categories } = await call(catalog, 'ListCategories', {});
for (const category of categories) console.log(`${category.name}\t${category.display_name}\t${category.book_count}`);

console.log('# search');
const { books } = await call(catalog, 'SearchBooks', { query, page_size: 5 });
for (const book of books) {
  console.log(`${book.name}\t${book.title}\t${book.authors.map((author) => author.display_name).join(', ')}`);
}

console.log('# recommendations');
const shelf = await call(recommendations, 'Recommend', { reader, max_results: 5 });
for (const { book, title } of shelf.recommendations) console.log(`${book}\t${title}`);

catalog.close();
recommendations.close();
