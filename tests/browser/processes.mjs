// Octavo's programs as processes of a test, with the demo catalogue: on loopback, on ports they choose, in a folder that
// goes with them.
import grpc from '@grpc/grpc-js';
import { randomUUID } from 'node:crypto';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from '../../examples/node/stubs.mjs';

const SOURCE = join(dirname(fileURLToPath(import.meta.url)), '../..');
const BINARY = process.env.OCTAVO_TEST_BINARY_DIR ?? join(SOURCE, 'build/dev/bin');
const START_MS_MAX = 120_000; // With sanitizers, on a busy machine.

// One program. `ready` maps names to patterns; what their first group matched in the log is in `found` once all have.
class Program {
  constructor(name, options, ready) {
    this.name = name;
    this.found = {};
    this.said = '';
    this.process = spawn(join(BINARY, name), options, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.ended = new Promise((resolve) => this.process.on('exit', (code, signal) => resolve(signal ?? code)));
    this.ready = new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${name} is not ready:\n${this.said}`)), START_MS_MAX);
      const listen = (text) => {
        this.said += text;
        for (const [key, pattern] of Object.entries(ready)) this.found[key] ??= pattern.exec(this.said)?.[1];
        if (Object.keys(ready).every((key) => this.found[key])) {
          clearTimeout(timer);
          resolve(this);
        }
      };
      this.process.stdout.on('data', listen);
      this.process.stderr.on('data', listen);
      this.ended.then((how) => {
        clearTimeout(timer);
        reject(new Error(`${name} ended with ${how}:\n${this.said}`));
      });
    });
    this.ready.catch(() => {}); // Whoever waits for it hears of it.
  }

  signal(name) {
    this.process.kill(name);
  }

  async stop() {
    this.process.kill('SIGCONT'); // One that was hung must hear that it is over.
    this.process.kill('SIGTERM');
    return this.ended;
  }
}

const GRPC_PORT = /event=ready\b.*\bport=(\d+)/;
const ADDRESS = /event=shop_open address="?(http:\/\/[^\s"]+)\//;

// A set of programs over one data folder.
export class Shop {
  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'octavo-browser-'));
    this.programs = {};
  }

  async start(name, options, ready) {
    const common = [`--data-dir=${this.folder}`, '--listen=127.0.0.1:0', '--metrics-listen=', '--log-level=info'];
    this.programs[name] = new Program(name, [...common, ...options], ready);
    return this.programs[name].ready;
  }

  // The whole shop in one process.
  async startWhole() {
    const octavo = await this.start('octavo', ['--marketplace.listen=127.0.0.1:0'], { grpc: GRPC_PORT, address: ADDRESS });
    this.address = octavo.found.address;
    await loadDemo(`127.0.0.1:${octavo.found.grpc}`, `127.0.0.1:${octavo.found.grpc}`);
    return this;
  }

  // One process per service.
  async startApart() {
    const ports = {};
    const peers = (names) => names.map((name) => `--peers.${name}=127.0.0.1:${ports[name]}`);
    const asks = { catalog: [], inventory: [], recommendations: ['catalog', 'inventory'] };
    for (const [name, names] of Object.entries(asks)) {
      ports[name] = (await this.start(`octavo-${name}`, peers(names), { grpc: GRPC_PORT })).found.grpc;
    }
    const options = ['--marketplace.listen=127.0.0.1:0', ...peers(Object.keys(asks))];
    const marketplace = await this.start('octavo-marketplace', options, { address: ADDRESS });
    this.address = marketplace.found.address;
    await loadDemo(`127.0.0.1:${ports.catalog}`, `127.0.0.1:${ports.inventory}`);
    return this;
  }

  async stop() {
    const endings = {};
    for (const name of Object.keys(this.programs).reverse()) endings[name] = await this.programs[name].stop();
    rmSync(this.folder, { recursive: true, force: true });
    return endings;
  }
}

// RFC 4180, as far as our own file needs it.
function parseCsv(text) {
  const rows = [[]];
  let field = '';
  let quoted = false;
  for (let i = 0; i < text.length; ++i) {
    const c = text[i];
    if (quoted) {
      if (c !== '"') field += c;
      else if (text[i + 1] === '"') field += text[++i];
      else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === ',' || c === '\n') {
      rows.at(-1).push(field);
      field = '';
      if (c === '\n') rows.push([]);
    } else field += c;
  }
  const [names, ...records] = rows.filter((row) => row.length > 0);
  return records.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]])));
}

const list = (text) => text.split(';').map((part) => part.trim()).filter(Boolean);

// Repeating it changes nothing: books are known by their key, deliveries by their request id.
async function loadDemo(catalogAddress, inventoryAddress) {
  const rows = parseCsv(readFileSync(join(SOURCE, 'demo/books.csv'), 'utf8'));
  const catalogProto = load('octavo/catalog/v1/catalog.proto').octavo.catalog.v1;
  const catalog = new catalogProto.CatalogService(catalogAddress, grpc.credentials.createInsecure());
  const done = await new Promise((resolve, reject) => {
    const call = catalog.ImportBooks((error, response) => (error ? reject(error) : resolve(response)));
    call.write({ header: { import: `imports/${randomUUID()}`, source: 'demo' } });
    rows.forEach((row, i) => call.write({ row: { line: i + 2, book: toBook(row) } }));
    call.end();
  });
  if (Number(done.refused_count) > 0) throw new Error(`the catalogue refused books: ${JSON.stringify(done.problems)}`);
  await receiveStock(catalog, inventoryAddress);
  catalog.close();
}

function toBook(row) {
  return {
    key: row.key,
    title: row.title,
    subtitle: row.subtitle,
    authors: list(row.authors).map((display_name) => ({ display_name })),
    series: row.series ? { title: row.series, number: row.series_number } : undefined,
    isbn13: row.isbn,
    language_code: row.language,
    published_year: Number(row.published_year),
    publisher: row.publisher,
    page_count: Number(row.page_count),
    formats: list(row.formats).map((format) => `FORMAT_${format.toUpperCase()}`),
    price: { currency_code: row.currency, minor: row.price_minor },
    description: row.description,
    subjects: list(row.subjects),
    categories: list(row.categories).map((slug) => `categories/${slug}`),
  };
}

// One delivery of the hundred most popular books; the others are sold out.
async function receiveStock(catalog, inventoryAddress) {
  const proto = load('octavo/inventory/v1/inventory.proto').octavo.inventory.v1;
  const inventory = new proto.InventoryService(inventoryAddress, grpc.credentials.createInsecure());
  const call = (client, method, request) =>
    new Promise((resolve, reject) => client[method](request, (error, answer) => (error ? reject(error) : resolve(answer))));
  const popular = await call(catalog, 'ListBooks', { page_size: 100 });
  const lines = popular.books.map((book, i) => ({ book: book.name, quantity: 1 + i }));
  await call(inventory, 'ReceiveStock', { request_id: randomUUID(), lines });
  inventory.close();
}
