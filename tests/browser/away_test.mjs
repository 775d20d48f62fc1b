// One process per service, and the pages while services are killed, slow or hang. A page has 300 ms by promise, which
// bench/pages/away.mjs holds the release build to; the limit here leaves room for sanitizers and busy machines.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Shop } from './processes.mjs';

const PAGE_MS_MAX = 1000;

let shop;

before(async () => {
  shop = new Shop(); // Known before it runs, so that `after` stops whatever did start.
  await shop.startApart();
  await look('/'); // Connects to everybody.
});

after(async () => shop?.stop());

async function look(path) {
  const start = performance.now();
  const response = await fetch(shop.address + path);
  const text = await response.text();
  return { status: response.status, text, ms: performance.now() - start };
}

function assertQuick(page) {
  assert.ok(page.ms < PAGE_MS_MAX, `took ${Math.round(page.ms)} ms`);
}

// Looks at the front of the shop 20 times, and says how long that took.
async function lookAtHome(t, state) {
  const looks = [];
  for (let i = 0; i < 20; ++i) looks.push(await look('/'));
  const times = looks.map(({ ms }) => ms).sort((a, b) => a - b);
  t.diagnostic(`GET / with recommendations ${state}: median ${Math.round(times[10])} ms, longest ${Math.round(times.at(-1))} ms`);
  for (const home of looks) {
    assert.equal(home.status, 200);
    assert.ok(home.text.split('class="card').length > 12, 'the page is useful');
    assertQuick(home);
  }
}

test('with recommendations slow, the front of the shop is there in time', async (t) => {
  const quicken = shop.programs['octavo-recommendations'].slowDown();
  try {
    await lookAtHome(t, 'slow');
  } finally {
    quicken();
  }
});

test('with recommendations hung, home and book pages go on without', async (t) => {
  shop.programs['octavo-recommendations'].signal('SIGSTOP');
  // A shelf that was already on its way, or remembered, may still come; every page is quick all the same.
  const end = performance.now() + 30_000;
  for (;;) {
    const home = await look('/');
    assert.equal(home.status, 200);
    assertQuick(home);
    if (/We cannot pick books just for you/.test(home.text)) break;
    assert.ok(performance.now() < end, 'the shelf is still there after 30 s');
  }
  await lookAtHome(t, 'hung');
  for (let i = 0; i < 5; ++i) {
    const home = await look('/');
    assert.equal(home.status, 200);
    assert.match(home.text, /We cannot pick books just for you/);
    assert.ok(home.text.split('class="card').length > 12);
    assertQuick(home);
    const book = await look('/books/1');
    assert.equal(book.status, 200);
    assert.match(book.text, /We cannot look for similar books/);
    assertQuick(book);
  }
});

test('they come back by themselves when it answers again', async () => {
  shop.programs['octavo-recommendations'].signal('SIGCONT');
  const end = performance.now() + 30_000;
  while (performance.now() < end) {
    if (!/We cannot pick books/.test((await look('/')).text)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail('the shelf did not come back within 30 s');
});

test('with recommendations and inventory killed, the same', async (t) => {
  shop.programs['octavo-recommendations'].signal('SIGKILL');
  shop.programs['octavo-inventory'].signal('SIGKILL');
  const home = await look('/');
  assert.equal(home.status, 200);
  assert.match(home.text, /We cannot pick books just for you/);
  assertQuick(home);
  await lookAtHome(t, 'dead');
  const book = await look('/books/1');
  assert.equal(book.status, 200);
  assert.match(book.text, /We cannot see our shelves at the moment/);
  assertQuick(book);
});

test('with the catalogue hung too, remembered shelves still stand and the rest is a friendly 503', async () => {
  shop.programs['octavo-catalog'].signal('SIGSTOP');
  const home = await look('/');
  assert.equal(home.status, 200);
  assertQuick(home);
  const book = await look('/books/2');
  assert.equal(book.status, 503);
  assert.match(book.text, /Back in a moment/);
  assert.match(book.text, /To the front of the shop/);
  assertQuick(book);
});
