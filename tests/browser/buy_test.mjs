// Buying in a real browser, against the whole shop in one process: search, cart, code, checkout, order, cancel and return,
// all with JavaScript off; the same order sent twice; what changes while one looks, with JavaScript on.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Shop } from './processes.mjs';
import { SIZES, assertFit, openBrowser, visit as visitShop } from './reader.mjs';
import { connect } from './services.mjs';

let shop;
let browser;
let transactions;
let payments;
let inventory;
let accounts;

before(async () => {
  shop = new Shop(); // Known before it runs, so that `after` stops whatever did start.
  await shop.startWhole();
  transactions = connect(shop, 'transactions', 'TransactionsService');
  payments = connect(shop, 'payments', 'SandboxService', 'sandbox.proto');
  inventory = connect(shop, 'inventory', 'InventoryService');
  accounts = connect(shop, 'accounts', 'AccountsService');
  browser = await openBrowser();
});

after(async () => {
  for (const client of [transactions, payments, inventory, accounts]) client?.close();
  await browser?.close();
  const endings = await shop?.stop();
  assert.deepEqual(endings, { octavo: 0 });
});

const visit = (options, steps) => visitShop(browser, shop.address, options, steps);

// Puts a book on its shelf, so that it can be had however often the demo's readers bought it.
let deliveries = 0;
async function deliver(path, quantity = 20) {
  deliveries += 1;
  await inventory.ReceiveStock({ request_id: `buy-test-${deliveries}`, lines: [{ book: path.slice(1), quantity }] });
}

// From the search to the cart, by hand; gives the book's path.
async function putIntoCart(page, words = 'emma') {
  await page.goto(shop.address);
  await page.getByLabel('Search by title').fill(words);
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  const link = page.locator('.found .card a').first();
  const path = new URL(await link.getAttribute('href'), shop.address).pathname;
  await deliver(path);
  await link.click();
  await page.getByRole('button', { name: 'Add to cart', exact: true }).click();
  await page.waitForURL('**/cart');
  return path;
}

// Registers a customer and signs them in; gives the session's token.
async function openSession(email) {
  const password = 'a long enough password';
  await accounts.Register({ email, password, full_name: 'Emma Woodhouse', base_uri: shop.address, request_id: email });
  const folder = join(shop.folder, 'accounts', 'mail');
  for (const end = performance.now() + 30_000; performance.now() < end;) {
    // The folder comes with the first letter.
    const names = existsSync(folder) ? readdirSync(folder) : [];
    const letters = names.map((name) => readFileSync(join(folder, name), 'utf8').replaceAll('=\r\n', ''));
    const letter = letters.find((text) => text.includes(email));
    const token = letter && /verify\?token=(?:3D)?([A-Za-z0-9_-]+)/.exec(letter)?.[1];
    if (token) {
      await accounts.VerifyEmail({ token, password });
      return (await accounts.SignIn({ email, password, client: '127.0.0.1' })).session_token;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no letter came to ${email}`);
}

async function fillCheckout(page, { email = 'emma@example.org', card = 'tok_approve' } = {}) {
  await page.getByRole('link', { name: 'To the checkout' }).click();
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Name', { exact: true }).fill('Emma Woodhouse');
  await page.getByLabel('I collect them in the shop').check();
  await page.getByLabel('By card').check();
  await page.getByLabel('Card', { exact: true }).selectOption(card);
}

const placeOrder = (page) => page.getByRole('button', { name: 'Place the order' });
const noteOf = (page) => page.locator('.flash').textContent();

async function everything(list, field) {
  const all = [];
  for (let token = ''; ;) {
    const answer = await list({ page_size: 100, page_token: token });
    all.push(...answer[field]);
    token = answer.next_page_token;
    if (!token) return all;
  }
}
const allOrders = () => everything((request) => transactions.ListOrders({ ...request, as_staff: true }), 'orders');
const allCharges = () => everything((request) => payments.ListCharges(request), 'charges');

test('without JavaScript: search, add, code, checkout by card, order, cancel', () =>
  visit({ javaScriptEnabled: false }, async (page) => {
    await putIntoCart(page);
    assert.match(await noteOf(page), /“.*Emma.*” is in your cart/i);
    assert.equal(await page.locator('.badge').textContent(), '1');
    await page.getByLabel('Copies of').fill('2');
    await page.getByRole('button', { name: /^Change the number/ }).click();
    assert.equal(await page.getByLabel('Copies of').inputValue(), '2');
    const before = await page.locator('.sum dd').textContent();
    await page.getByLabel('A code you have').fill('welcome10');
    await page.getByRole('button', { name: 'Use it' }).click();
    assert.match(await page.locator('.campaigns').textContent(), /10 % off the first order/);
    assert.notEqual(await page.locator('.sum dd').textContent(), before);

    await fillCheckout(page);
    await placeOrder(page).click();
    await page.waitForURL('**/orders/*');
    assert.match(await noteOf(page), /Thank you/);
    assert.match(await page.locator('.states').textContent(), /Paid/);
    assert.match(await page.locator('.campaigns').textContent(), /10 % off the first order/);
    // The cart learns of the order by its event, a moment later.
    for (let looks = 0; looks < 50 && (await page.locator('.badge').count()) > 0; looks += 1) await page.reload();
    assert.equal(await page.locator('.badge').count(), 0);

    await page.getByText('Cancel the whole order', { exact: true }).click();
    await page.getByRole('button', { name: 'Yes, cancel the whole order' }).click();
    assert.match(await noteOf(page), /The order is cancelled/);
    assert.match(await page.locator('.states').textContent(), /Cancelled.*Refunded/s);
  }));

// The order on the page, as the bookseller finds it.
async function orderOf(page) {
  const number = /Order (B-\d+)/.exec(await page.locator('h1').textContent())[1];
  return (await allOrders()).find((order) => order.number === number);
}

test('without JavaScript: one of two copies goes back for what was paid for it, once the shop has it', () =>
  visit({ javaScriptEnabled: false }, async (page) => {
    await putIntoCart(page);
    await page.getByLabel('Copies of').fill('2');
    await page.getByRole('button', { name: /^Change the number/ }).click();
    await fillCheckout(page, { email: 'harriet@example.org' });
    await placeOrder(page).click();
    await page.waitForURL('**/orders/*');
    assert.equal(await page.getByText('Return books').count(), 0, 'what was not sent is cancelled, not returned');
    const { name } = await orderOf(page);
    await transactions.AdvanceFulfilment({ name, fulfilment_state: 'FULFILMENT_STATE_DELIVERED' });
    await page.reload();
    await page.getByText('Return books').click();
    const share = /You get back (\S+), then/.exec(await page.locator('.return .hint').textContent())[1];
    await page.locator('.return').getByLabel('Copies of').fill('1');
    await page.getByRole('button', { name: 'Return these copies' }).click();
    assert.match(await noteOf(page), /We have your wish/);
    assert.match(await page.locator('.states').textContent(), /Paid/);
    await transactions.AcceptReturn({ name: `${name}/returns/1` });
    await page.reload();
    assert.match(await page.locator('.returns').textContent(), /Please send the books back/);
    await transactions.ReceiveReturn({ name: `${name}/returns/1`, restock: true });
    await page.reload();
    const states = await page.locator('.states').textContent();
    assert.match(states, /Partly refunded/);
    assert.ok(states.includes(`${share} given back`), states);
    assert.match(await page.locator('.events').textContent(), /Books returned/);
  }));

test('without JavaScript: a declined card loses nothing, and another pays', () =>
  visit({ javaScriptEnabled: false }, async (page) => {
    await putIntoCart(page);
    await fillCheckout(page, { email: 'frank@example.org', card: 'tok_decline' });
    await placeOrder(page).click();
    assert.match(await noteOf(page), /The card was declined/);
    assert.equal(await page.getByLabel('E-mail').inputValue(), 'frank@example.org');
    await page.getByLabel('Card', { exact: true }).selectOption('tok_approve');
    await placeOrder(page).click();
    await page.waitForURL('**/orders/*');
  }));

for (const javaScriptEnabled of [false, true]) {
  const how = javaScriptEnabled ? 'a page that looks again by itself' : 'a page that looks again when it is told to';
  test(`JavaScript ${javaScriptEnabled ? 'on' : 'off'}: a slow card is waited for by ${how}`, () =>
    visit({ javaScriptEnabled }, async (page) => {
      await putIntoCart(page);
      await fillCheckout(page, { email: `slow-${javaScriptEnabled}@example.org`, card: 'tok_late' });
      await placeOrder(page).click();
      await page.waitForURL(/checkout\/waiting|orders\//, { timeout: 30_000 });
      // Each press asks once more; how often it takes is the card provider's affair.
      while (!javaScriptEnabled && page.url().includes('/checkout/waiting')) {
        await page.getByRole('link', { name: 'Look again' }).click();
      }
      await page.waitForURL('**/orders/*', { timeout: 30_000 });
      assert.match(await noteOf(page), /Thank you/);
      assert.match(await page.locator('.states').textContent(), /Paid/);
    }));
}

// Whether the card whose button was pressed is on the screen, and the note that names its book too.
async function assertStaysAt(page, card) {
  const title = await card.locator('.name').textContent();
  const note = page.locator('#notes .flash');
  await note.waitFor();
  const said = await note.textContent();
  assert.ok(said.includes(`“${title}” is in your cart.`), said);
  const { height } = page.viewportSize();
  const isInSight = async (part) => {
    const box = await part.boundingBox();
    return box.y >= 0 && box.y + box.height <= height;
  };
  // A page that was loaded anew scrolls to its place in its own time.
  const end = performance.now() + 30_000;
  while (!(await isInSight(card.locator('.add'))) || !(await isInSight(note))) {
    assert.ok(performance.now() < end, `${title} or its note is out of sight`);
  }
}

for (const javaScriptEnabled of [false, true]) {
  const how = javaScriptEnabled ? 'on' : 'off';
  test(`a card's button leaves the reader where they are, and says which book it was, JavaScript ${how}`, () =>
    visit({ javaScriptEnabled, viewport: SIZES.phone }, async (page) => {
      await page.goto(`${shop.address}/books?sort=title`);
      await deliver(new URL(await page.locator('.card > a').last().getAttribute('href'), shop.address).pathname);
      const url = page.url();
      await page.locator('.card .add').last().click();
      await page.locator('.badge', { hasText: '1' }).waitFor();
      await assertStaysAt(page, page.locator('.card').last());
      if (javaScriptEnabled) {
        assert.equal(page.url(), url, 'no page was loaded');
        assert.equal(await page.evaluate(() => document.activeElement.className), 'add', 'the focus stays on the button');
        assert.equal(await page.locator('#notes').getAttribute('role'), 'status');
        await page.locator('.card .add').first().click();
        await page.locator('.badge', { hasText: '2' }).waitFor();
        await assertStaysAt(page, page.locator('.card').first());
      }
    }));
}

test('a form whose answer did not come can be sent again from the same page', () =>
  visit({}, async (page) => {
    await putIntoCart(page);
    let attempts = 0;
    await page.route('**/cart/codes', (route) => {
      attempts += 1;
      return attempts === 1 ? route.fulfill({ status: 204 }) : route.continue(); // The browser stays on the page.
    });
    await page.clock.install();
    await page.getByLabel('A code you have').fill('WELCOME10');
    const use = page.getByRole('button', { name: 'Use it' });
    await use.click();
    await use.click();
    assert.equal(attempts, 1, 'a second click on the way');
    await page.clock.runFor(6000);
    await use.click();
    await page.locator('.code-form code').waitFor();
    assert.equal(attempts, 2);
  }));

test('without JavaScript: a customer uses a campaign, sees it in the order, and its banner is gone', () =>
  visit({ javaScriptEnabled: false }, async (page) => {
    await page.context().addCookies([{ name: 'session', value: await openSession('customer@example.org'), url: shop.address }]);
    await page.goto(shop.address);
    assert.match(await page.locator('.mine').textContent(), /Emma Woodhouse/);
    assert.match(await page.locator('.banners').textContent(), /Buy two romances/);
    await page.goto(`${shop.address}/categories/romance`);
    const paths = await page.locator('.card > a').evaluateAll((links) => links.slice(0, 3).map((link) => link.pathname));
    for (const path of paths) {
      await deliver(path);
      await page.goto(shop.address + path);
      await page.getByRole('button', { name: 'Add to cart', exact: true }).click();
      await page.waitForURL('**/cart');
    }
    assert.match(await page.locator('.campaigns').textContent(), /Buy two romances, get one free.*1 book free/s);
    await page.getByRole('link', { name: 'To the checkout' }).click();
    assert.equal(await page.getByLabel('E-mail').inputValue(), 'customer@example.org');
    await placeOrder(page).click();
    await page.waitForURL('**/orders/*');
    assert.match(await page.locator('.campaigns').textContent(), /Buy two romances/);
    const number = await page.locator('h1').textContent();
    await page.goto(`${shop.address}/orders`);
    assert.equal(await page.locator('.orders h2').first().textContent(), number);
    await page.goto(shop.address);
    assert.doesNotMatch(await page.locator('.banners').textContent(), /Buy two romances/);
    assert.doesNotMatch(await page.locator('.banners').textContent(), /WELCOME10/, 'it was the first order');
  }));

for (const javaScriptEnabled of [false, true]) {
  test(`a double click on the button is one order and one charge, JavaScript ${javaScriptEnabled ? 'on' : 'off'}`, () =>
    visit({ javaScriptEnabled }, async (page) => {
      await putIntoCart(page);
      await fillCheckout(page, { email: `double-${javaScriptEnabled}@example.org` });
      const orders = (await allOrders()).length;
      const charges = (await allCharges()).length;
      await placeOrder(page).dblclick();
      await page.waitForURL('**/orders/*', { timeout: 30_000 });
      assert.equal((await allOrders()).length, orders + 1);
      assert.equal((await allCharges()).length, charges + 1);
    }));
}

test('the same form sent by two connections at once is one order and one charge', () =>
  visit({ javaScriptEnabled: false }, async (page) => {
    await putIntoCart(page);
    await fillCheckout(page, { email: 'parallel@example.org' });
    const fields = await page.locator('form.checkout').evaluate((form) => new URLSearchParams(new FormData(form)).toString());
    const cookies = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
    const orders = (await allOrders()).length;
    const charges = (await allCharges()).length;
    const send = async () => {
      const headers = { Cookie: cookies, 'Content-Type': 'application/x-www-form-urlencoded' };
      let answer = await fetch(`${shop.address}/checkout`, { method: 'POST', body: fields, redirect: 'manual', headers });
      // A page that waits looks again until the order is there.
      while (answer.status === 200 || answer.headers.get('location')?.startsWith('/checkout/waiting')) {
        const path = answer.headers.get('location') ?? new URL(answer.url).pathname + new URL(answer.url).search;
        answer = await fetch(shop.address + path, { redirect: 'manual', headers: { Cookie: cookies } });
      }
      return answer.headers.get('location');
    };
    const locations = await Promise.all([send(), send()]);
    assert.match(locations[0], /^\/orders\//);
    // Each answer opens the order with a token of its own.
    assert.equal(locations[0].split('?')[0], locations[1].split('?')[0]);
    assert.equal((await allOrders()).length, orders + 1);
    assert.equal((await allCharges()).length, charges + 1);
  }));

test('a form from elsewhere, or without its token, changes nothing', async () => {
  const page = await fetch(`${shop.address}/books`);
  const cookies = page.headers.get('set-cookie').split(/, (?=[\w-]+=)/).map((cookie) => cookie.split(';')[0]).join('; ');
  const csrf = /name="csrf" value="([^"]+)"/.exec(await page.text())[1];
  const send = (body, headers) => fetch(`${shop.address}/cart/items`, { method: 'POST', redirect: 'manual', body,
    headers: { Cookie: cookies, 'Content-Type': 'application/x-www-form-urlencoded', ...headers } });
  assert.equal((await send('book=books/1', {})).status, 403);
  assert.equal((await send(`book=books/1&csrf=${csrf}`, { Origin: 'https://evil.example' })).status, 403);
  assert.equal((await send(`book=books/1&csrf=${csrf}`, { 'Sec-Fetch-Site': 'cross-site' })).status, 403);
  assert.equal((await send(`book=books/1&csrf=${csrf}`, {})).status, 303);
});

test('with JavaScript, the order page follows its order and the book page its shelf', () =>
  visit({}, async (page) => {
    const book = await putIntoCart(page, 'persuasion');
    await fillCheckout(page, { email: 'live@example.org' });
    await placeOrder(page).click();
    await page.waitForURL('**/orders/*');
    const name = new URL(page.url()).pathname.slice(1);
    await transactions.AdvanceFulfilment({ name, fulfilment_state: 'FULFILMENT_STATE_PACKED' });
    await page.locator('.states', { hasText: 'Packed' }).waitFor();

    await page.goto(shop.address + book);
    const button = page.getByRole('button', { name: 'Add to cart', exact: true });
    await button.focus();
    await page.locator('#availability').evaluate((words) => { words.dataset.same = 'yes'; });
    const { stocks } = await inventory.BatchGetStock({ books: [book.slice(1)] });
    await inventory.CountStock({ request_id: 'buy-test-count', book: book.slice(1),
      on_hand: stocks[0].reserved });
    await page.getByText('Sold out at the moment').waitFor();
    const same = await page.locator('#availability').getAttribute('data-same');
    assert.equal(same, 'yes', 'the live region stays, so that it is read');
    assert.ok(await button.evaluate((element) => element === document.activeElement), 'the focus stays where it was');
    await button.blur();
    await page.locator('.offer button:disabled').waitFor();
  }));

for (const [size, viewport] of Object.entries(SIZES)) {
  for (const colorScheme of ['light', 'dark']) {
    test(`axe finds nothing on the way to an order, and nothing sticks out: ${size}, ${colorScheme}`, () =>
      visit({ viewport, colorScheme }, async (page) => {
        const at = (name) => assertFit(page, `${name}-${size}-${colorScheme}`);
        await page.goto(`${shop.address}/cart`);
        await at('cart-empty');
        await putIntoCart(page, 'romance');
        await putIntoCart(page, 'earthsea');
        await page.getByRole('button', { name: /^Save for later/ }).first().click();
        await putIntoCart(page);
        await page.getByLabel('A code you have').fill('NOSUCHCODE');
        await page.getByRole('button', { name: 'Use it' }).click();
        await at('cart');
        await fillCheckout(page, { email: `${size}-${colorScheme}@example.org` });
        await at('checkout');
        await page.getByLabel('Send them to me').check();
        await page.getByLabel('In the shop, when I collect them').check();
        await placeOrder(page).click();
        await page.waitForURL('**/checkout');
        await page.locator('.wrong').first().waitFor();
        await at('checkout-wrong');
        await page.getByLabel('I collect them in the shop').check();
        await page.getByLabel('By card').check();
        await placeOrder(page).click();
        await page.waitForURL('**/orders/*');
        const { name } = await orderOf(page);
        await transactions.AdvanceFulfilment({ name, fulfilment_state: 'FULFILMENT_STATE_DELIVERED' });
        await transactions.RequestReturn({ name, as_staff: true, idempotency_key: name, reason: 'to look at' });
        await page.reload();
        await at('order');
        await page.goto(`${shop.address}/orders`);
        await at('orders-guest');
      }));
  }
}
