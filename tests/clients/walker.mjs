// A client that means no good: finds every method by reflection and calls them at random, with boundary numbers, wrong enums,
// huge, empty and invalid texts, bytes that are no message, and calls that are given up in the middle. Prints each answer that
// no request may bring about (INTERNAL, UNKNOWN, DATA_LOSS, UNAVAILABLE, or none within its deadline) and exits with 1 then.
// Usage: node walker.mjs ADDRESS SECONDS SEED
import grpc from '@grpc/grpc-js';

import { reflect, within } from './reflect.mjs';

const AT_ONCE = 24;
const DEADLINE_MS = 10_000;
const STREAM_MS = 500; // A stream that has nothing to say is left after as long.
const FINDINGS_MAX = 20;

const [address, seconds, seed] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const client = new grpc.Client(address, grpc.credentials.createInsecure(), { 'grpc.max_receive_message_length': 64 << 20 });

// mulberry32 (Tommy Ettinger): 32 bits, repeatable.
let state = seed >>> 0;
function random(below) {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) % below;
}
const chance = (percent) => random(100) < percent;
const pick = (list) => list[random(list.length)];

const UUID = '01234567-89ab-7def-8123-456789abcdef';
const NUMBERS = [0, 1, -1, 2, 24, 100, 1000, 1001, 2147483647, -2147483648, 1e15, -1e15];
const LONGS = ['0', '1', '-1', '9223372036854775807', '-9223372036854775808', '4294967296', '1767225600'];
const TEXTS = [
  '', ' ', 'a', '\u0000', 'a\u0000b', '\u202e', '漢字', '😀'.repeat(50), 'é'.repeat(79), "'; DROP TABLE books; --",
  '../../etc/passwd', '%00', '<script>', 'books/1', 'books/0', 'books/-1', 'books/2147483648',
  'books/99999999999999999999', 'books/1x', 'carts/v-abc', `carts/c-${UUID}`, `customers/${UUID}`, `orders/${UUID}`,
  'reservations/r1', 'campaigns/1', 'categories/fantasy', 'authors/jane-austen', 'readers/v-1', 'imports/1',
  'sources/demo', UUID, UUID.toUpperCase(), 'EUR', 'JPY', 'eur', 'DE', 'emma@example.org', 'emma@', 'SUMMER10',
  'x'.repeat(128), 'x'.repeat(129), 'x'.repeat(5000), 'tok_approve', 'title', 'AAAA', 'C++',
];

function number(type) {
  if (/64/.test(type)) return pick(LONGS);
  if (/DOUBLE|FLOAT/.test(type)) return pick([0, -0, 1.5, -1, NaN, Infinity, -Infinity, 1e308]);
  const value = pick(NUMBERS);
  return Math.abs(value) > 2147483648 ? 2147483647 : value;
}

// proto-loader describes a message by its DescriptorProto; the types that it has fields of stand beside it by name.
function value(field, types, depth) {
  switch (field.type) {
    case 'TYPE_STRING': return chance(2) ? 'x'.repeat(200_000) : pick(TEXTS);
    case 'TYPE_BYTES': return Buffer.from(pick(TEXTS));
    case 'TYPE_BOOL': return chance(50);
    case 'TYPE_ENUM': return pick([0, 1, 2, 3, 4, 9, 99, -1]);
    case 'TYPE_MESSAGE': {
      const type = types.get(field.typeName);
      return type && depth < 5 ? message(type, types, depth + 1) : {};
    }
    default: return number(field.type);
  }
}

function message(type, types, depth = 0) {
  const made = {};
  const chosen = new Set();
  for (const field of type.field) {
    if (chance(depth === 0 ? 20 : 35)) continue;
    // A field outside of every oneof has the index 0 too; so half of the time it is taken for one of the first.
    if (chance(50) && type.oneofDecl.length > (field.oneofIndex ?? 0)) {
      if (chosen.has(field.oneofIndex)) continue;
      chosen.add(field.oneofIndex);
    }
    if (field.label !== 'LABEL_REPEATED') {
      made[field.name] = value(field, types, depth);
      continue;
    }
    const isMap = types.get(field.typeName)?.options?.mapEntry;
    if (isMap) continue;
    const count = chance(2) && depth === 0 ? 1500 : random(4);
    made[field.name] = Array.from({ length: count }, () => value(field, types, depth));
  }
  return made;
}

function mutated(bytes) {
  const changed = Buffer.from(bytes);
  for (let n = random(4) + 1; n > 0 && changed.length > 0; n -= 1) changed[random(changed.length)] = random(256);
  return chance(30) ? changed.subarray(0, random(changed.length + 1)) : changed;
}

// The bytes of a request, most often one that the method could take.
function request(method, types) {
  let bytes;
  try {
    bytes = method.requestSerialize(message(method.requestType.type, types));
  } catch {
    bytes = Buffer.alloc(0); // JavaScript cannot write it (a number of the wrong kind).
  }
  return chance(15) ? mutated(bytes) : bytes;
}

// Somebody who may call it, most often; sometimes nobody, or a token that is none.
const tokens = process.env.WALKER_TOKENS.split(',');
function metadata() {
  const made = new grpc.Metadata();
  if (chance(95)) made.set('authorization', `Bearer ${pick(tokens)}`);
  else if (chance(50)) made.set('authorization', pick(['', 'Bearer', 'Bearer ', 'Bearer x.y.z', `Bearer ${'x'.repeat(5000)}`]));
  if (chance(2)) made.set('octavo-service', pick(tokens));
  return made;
}

const asIs = (bytes) => bytes;
const drop = () => {};

function call(method, types) {
  const sent = [request(method, types)];
  const start = [method.path, asIs, asIs];
  const bounds = [metadata(), within(method.responseStream ? STREAM_MS : DEADLINE_MS)];
  return new Promise((resolve) => {
    let stream;
    if (method.requestStream) {
      stream = method.responseStream ? client.makeBidiStreamRequest(...start, ...bounds)
        : client.makeClientStreamRequest(...start, ...bounds, drop);
    } else {
      stream = method.responseStream ? client.makeServerStreamRequest(...start, sent[0], ...bounds)
        : client.makeUnaryRequest(...start, sent[0], ...bounds, drop);
    }
    stream.on('error', drop).on('status', (status) => resolve({ status, sent }));
    if (method.responseStream) stream.on('data', drop);
    if (method.requestStream) {
      for (let n = random(4); n > 0; n -= 1) {
        const bytes = request(method, types);
        sent.push(bytes);
        stream.write(bytes);
      }
      if (chance(80)) stream.end();
      else setTimeout(() => stream.cancel(), random(50));
    }
    if (chance(10)) setTimeout(() => stream.cancel(), random(8));
  });
}

const { INTERNAL, UNKNOWN, DATA_LOSS, UNAVAILABLE, DEADLINE_EXCEEDED } = grpc.status;
function isFinding(method, code) {
  if (code === DEADLINE_EXCEEDED) return !method.responseStream;
  return [INTERNAL, UNKNOWN, DATA_LOSS, UNAVAILABLE].includes(code);
}

const { names, definition } = await reflect(client);
const types = new Map();
for (const [name, described] of Object.entries(definition)) if (described.type?.field) types.set(name, described.type);
for (const [name, type] of [...types]) types.set(name.split('.').at(-1), type);
const methods = names.filter((name) => !name.startsWith('grpc.')).flatMap((name) => Object.values(definition[name]));

const end = Date.now() + seconds * 1000;
let calls = 0;
const codes = new Map();
let findings = 0;
async function walk() {
  while (Date.now() < end && findings < FINDINGS_MAX) {
    const method = pick(methods);
    const { status, sent } = await call(method, types);
    calls += 1;
    codes.set(grpc.status[status.code], (codes.get(grpc.status[status.code]) ?? 0) + 1);
    if (!isFinding(method, status.code)) continue;
    findings += 1;
    const shown = sent.map((bytes) => bytes.subarray(0, 300).toString('base64')).join(' ');
    console.log(`FINDING ${method.path} ${grpc.status[status.code]}: ${status.details} (sent ${shown})`);
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, walk));
client.close();
console.log(`${calls} calls of ${methods.length} methods, seed ${seed}:`, Object.fromEntries(codes));
process.exitCode = findings > 0 || calls === 0 ? 1 : 0;
