// A warehouse beside the shop: it prints what to pick for each order, and tells the shop what has come in.
//
//     OCTAVO_API_KEY=… node examples/node/warehouse.mjs ADDRESS POSITION_FILE
//
// It follows the shop's order events. How far it has come is in POSITION_FILE, so that it goes on there after a restart, its own
// or the shop's. Each line of standard input is a delivery: its number, and books with quantities ("d-1 books/12 3 books/7 1").
// The end of the input ends the program. The API key has the scopes orders.read and stock.write.
import grpc from '@grpc/grpc-js';
import { existsSync, readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { load, within } from './stubs.mjs';

const { TransactionsService } = load('octavo/transactions/v1/transactions.proto').octavo.transactions.v1;
const { AccountsService } = load('octavo/accounts/v1/accounts.proto').octavo.accounts.v1;
const { InventoryService } = load('octavo/inventory/v1/inventory.proto').octavo.inventory.v1;
const [address = '127.0.0.1:50051', positionFile = 'warehouse.position'] = process.argv.slice(2);
const transactions = new TransactionsService(address, grpc.credentials.createInsecure());
const inventory = new InventoryService(address, grpc.credentials.createInsecure());
const accounts = new AccountsService(address, grpc.credentials.createInsecure());
const PAUSE_MS_MIN = 100;
const PAUSE_MS_MAX = 5000;
// The shop is away, overloaded, or has another answer in a moment; anything else is a mistake of ours, and ends the program.
const PASSING = [grpc.status.UNAVAILABLE, grpc.status.RESOURCE_EXHAUSTED, grpc.status.DEADLINE_EXCEEDED, grpc.status.ABORTED];

const RENEW_S = 60; // A token is renewed so long before it ends.

let isOver = false;
let token; // The key's token, once there is one.
let stream; // The call that brings events, while there is one.

// Calls until it succeeds, waiting longer each time: for what may be repeated.
async function patiently(call) {
  for (let pause = PAUSE_MS_MIN; ; pause = Math.min(2 * pause, PAUSE_MS_MAX)) {
    try {
      return await call();
    } catch (error) {
      if (isOver) return undefined;
      if (!PASSING.includes(error.code)) throw error;
      console.error(`${error.details || error.message}; again in ${pause} ms`);
      await sleep(pause);
    }
  }
}

// What a call shows: a token, which the key is exchanged for now and then.
async function credentials() {
  if (!token || Number(token.identity_expire_time.seconds) - RENEW_S < Date.now() / 1000) {
    const exchange = promisify(accounts.ExchangeApiKey.bind(accounts));
    token = await exchange({ api_key: process.env.OCTAVO_API_KEY }, new grpc.Metadata(), within(10));
  }
  const metadata = new grpc.Metadata();
  metadata.set('authorization', `Bearer ${token.identity_token}`);
  return metadata;
}

// Whole or not at all, and on disk: the file is written beside the old one, which it then replaces.
async function keep(position) {
  const file = await open(`${positionFile}.new`, 'w');
  await file.writeFile(`${position}\n`);
  await file.sync();
  await file.close();
  await rename(`${positionFile}.new`, positionFile);
}

// What an event means for whoever walks along the shelves.
function handle({ type, order, items }) {
  if (type === 'TYPE_ORDER_PLACED') {
    for (const { quantity, book, title } of order.lines) console.log(`pick ${order.number}: ${quantity} of ${book} ${title}`);
  } else if (type === 'TYPE_CANCELLED') {
    for (const { quantity, book } of items) console.log(`put back ${order.number}: ${quantity} of ${book}`);
  }
}

// Events come in order and without gaps. If the program is killed between handling an event and noting its position, the event
// comes once more; a warehouse with a database stores both in one transaction instead.
async function follow() {
  let position = existsSync(positionFile) ? Number(readFileSync(positionFile, 'utf8')) : 0;
  while (!isOver) {
    await patiently(async () => {
      stream = transactions.StreamOrderEvents({ position }, await credentials());
      for await (const event of stream) {
        handle(event);
        position = event.position;
        await keep(position);
      }
    });
  }
}

// The delivery's number makes the call repeatable: the shop counts each delivery once.
async function receive(line) {
  const [number, ...words] = line.trim().split(/\s+/);
  const lines = [];
  for (let i = 0; i + 1 < words.length; i += 2) lines.push({ book: words[i], quantity: words[i + 1] });
  const request = { request_id: `warehouse-${number}`, lines, reason: 'REASON_DELIVERY', note: `delivery ${number}` };
  const call = promisify(inventory.ReceiveStock.bind(inventory));
  const { stocks } = await patiently(async () => call(request, await credentials(), within(10)));
  for (const { book, on_hand: onHand } of stocks) console.log(`received ${number}: ${onHand} of ${book} on hand`);
}

async function receiveAll() {
  for await (const line of createInterface({ input: process.stdin })) if (line.trim()) await receive(line);
  isOver = true;
  stream?.cancel();
}

await Promise.all([follow(), receiveAll()]);
transactions.close();
inventory.close();
accounts.close();
