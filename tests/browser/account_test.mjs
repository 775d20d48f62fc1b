// An account in a real browser, without JavaScript, from registering to erasing, against the whole shop in one process. The
// messages are read from the folder that the shop writes them to.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { BINARY, Shop } from './processes.mjs';
import { SIZES, assertFit, openBrowser, visit as visitShop } from './reader.mjs';
import { connect } from './services.mjs';

const PATIENCE_MS = 30_000;

const OWNER = { email: 'owner@example.org', password: 'a-shelf-of-first-editions' };
const ADA = { email: 'ada@example.org', name: 'Ada Lovelace', password: 'tolstoy-on-a-tram' };

let shop;
let browser;
const services = {};

before(async () => {
  shop = new Shop(); // Known before it runs, so that `after` stops whatever did start.
  await makeOwner();
  await shop.startWhole();
  for (const name of ['Cart', 'Inventory', 'Recommendations', 'Transactions']) {
    services[name.toLowerCase()] = connect(shop, name.toLowerCase(), `${name}Service`);
  }
  browser = await openBrowser();
});

after(async () => {
  for (const client of Object.values(services)) client.close();
  await browser?.close();
  const endings = await shop?.stop();
  assert.deepEqual(endings, { octavo: 0 });
});

// As whoever sets a shop up does, before it runs.
async function makeOwner() {
  const command = promisify(execFile)(join(BINARY, 'octavo'),
    ['owner', 'create', `--email=${OWNER.email}`, `--data-dir=${shop.folder}`]);
  command.child.stdin.end(`${OWNER.password}\n`);
  assert.match((await command).stdout, /is an owner of the shop/);
}

const visit = (options, steps) => visitShop(browser, shop.address, options, steps);

// Asks again and again until `attempt` gives something.
async function eventually(what, attempt) {
  const end = performance.now() + PATIENCE_MS;
  while (performance.now() < end) {
    const found = await attempt();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return assert.fail(`${what} did not come within ${PATIENCE_MS} ms`);
}

const read = new Set();
// The link of the next message to Ada that has one.
function nextLink(path) {
  const folder = join(shop.folder, 'accounts/mail');
  return eventually(`a message with a link to ${path}`, () => {
    let files = [];
    try {
      files = readdirSync(folder).filter((name) => name.endsWith('.eml') && !read.has(name));
    } catch {
      return undefined; // No message yet, and so no folder.
    }
    for (const name of files) {
      const text = readFileSync(join(folder, name), 'utf8');
      const link = new RegExp(`(http://\\S+${path}\\?token=\\S+)`).exec(text)?.[1];
      if (!link || !text.includes(`To: <${ADA.email}>`)) continue;
      read.add(name);
      return link;
    }
    return undefined;
  });
}

const heading = (page) => page.locator('h1').textContent();
const noteOf = (page) => page.locator('.flash').textContent();
const press = (page, name) => page.getByRole('button', { name, exact: true }).click();

// Gives the book's path.
let deliveries = 0;
async function putIntoCart(page, words) {
  await page.goto(`${shop.address}/search?q=${words}`);
  const link = page.locator('.found .card a').first();
  const path = new URL(await link.getAttribute('href'), shop.address).pathname;
  deliveries += 1;
  await services.inventory.ReceiveStock({ request_id: `account-test-${deliveries}`,
    lines: [{ book: path.slice(1), quantity: 9 }] });
  await link.click();
  await press(page, 'Add to cart');
  return path;
}

// Buys as a guest, with Ada's address. Gives the order's number.
async function orderAsGuest(page, words) {
  await putIntoCart(page, words);
  await page.getByRole('link', { name: 'To the checkout' }).click();
  await page.getByLabel('E-mail').fill(ADA.email);
  await page.getByLabel('Name', { exact: true }).fill(ADA.name);
  await page.getByLabel('I collect them in the shop').check();
  await page.getByLabel('In the shop, when I collect them').check();
  await press(page, 'Place the order');
  await page.waitForURL('**/orders/*');
  return /B-\d+/.exec(await page.locator('main').textContent())[0];
}

async function register(page) {
  await page.goto(`${shop.address}/account/register`);
  await page.getByLabel('Name').fill(ADA.name);
  await page.getByLabel('E-mail address').fill(ADA.email);
  await page.getByLabel('Password').fill(ADA.password);
  await press(page, 'Open an account');
  assert.equal(await heading(page), 'Look into your mail');
  await page.goto(await nextLink('/account/verify'));
  await page.getByLabel('Your password').fill(ADA.password);
  await press(page, 'This is my address');
  assert.match(await noteOf(page), /confirmed/);
}

async function signIn(page, password, email = ADA.email) {
  await page.goto(`${shop.address}/account/sign-in`);
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(password);
  await press(page, 'Sign in');
}

async function downloadData(page) {
  await page.goto(`${shop.address}/account`);
  const [download] = await Promise.all([page.waitForEvent('download'), press(page, 'Download your data')]);
  return JSON.parse(readFileSync(await download.path(), 'utf8'));
}

// The same from one page three times, by a browser with scripts and the same cookies.
async function downloadWithScripts(page) {
  const context = await browser.newContext({ acceptDownloads: true, storageState: await page.context().storageState() });
  const scripted = await context.newPage();
  await scripted.goto(`${shop.address}/account`);
  for (let i = 0; i < 3; i += 1) {
    const [download] = await Promise.all([scripted.waitForEvent('download'), press(scripted, 'Download your data')]);
    assert.equal(JSON.parse(readFileSync(await download.path(), 'utf8')).customer.email, ADA.email);
  }
  await context.close();
}

// Whether no other service knows whose `data` it was; the amounts of the orders stay.
async function isForgotten(data) {
  const id = data.customer.name.slice('customers/'.length);
  const orders = await Promise.all(data.orders.map(({ name }) => services.transactions.GetOrder({ name, as_staff: true })));
  for (const [i, order] of orders.entries()) assert.equal(order.totals.total.minor, Number(data.orders[i].totals.total.minor));
  const cart = await services.cart.GetCart({ name: `carts/c-${id}` });
  const { events } = await services.recommendations.ListReaderEvents({ reader: `readers/c-${id}` });
  return orders.every(({ buyer }) => !buyer?.email && !buyer?.customer) && cart.lines.length === 0 && events.length === 0;
}

const numbersOf = (data) => data.orders.map((order) => order.number).sort();
const isRefused = async (page) =>
  assert.match(await page.locator('[role=alert]').textContent(), /do not belong together/);

test('without JavaScript: an account, from registering to erasing', () =>
  visit({ javaScriptEnabled: false, acceptDownloads: true }, async (page) => {
    // A guest, with an order of before and one of after the address was verified, and a book in the cart.
    const orders = [await orderAsGuest(page, 'emma')];
    await register(page);
    orders.push(await orderAsGuest(page, 'persuasion'));
    const book = await putIntoCart(page, 'earthsea');

    // All of it is theirs.
    await signIn(page, ADA.password);
    assert.match(await noteOf(page), /Welcome/);
    assert.equal(await heading(page), ADA.name);
    assert.equal(await page.locator('.badge').textContent(), '1');
    await eventually('both orders as theirs', async () => {
      await page.goto(`${shop.address}/orders`);
      const list = await page.locator('main').textContent();
      return orders.every((number) => list.includes(number));
    });
    await page.getByRole('link', { name: orders[0] }).click();
    assert.ok((await page.locator('main').textContent()).includes(orders[0]));

    // A new password; the old one is worth nothing.
    await page.goto(`${shop.address}/account/password`);
    await page.getByLabel('Your password until now').fill(ADA.password);
    await page.getByLabel('New password').fill('woolf-on-a-bicycle');
    await press(page, 'Keep the new password');
    assert.match(await noteOf(page), /password is changed/);
    await press(page, 'Sign out everywhere');
    assert.match(await noteOf(page), /signed out everywhere/);
    await signIn(page, ADA.password);
    await isRefused(page);

    // It is forgotten.
    await page.getByRole('link', { name: 'I have forgotten my password' }).click();
    await page.getByLabel('E-mail address').fill(ADA.email);
    await press(page, 'Send me the link');
    await page.goto(await nextLink('/account/reset'));
    await page.getByLabel('New password').fill('proust-on-a-ferry');
    await press(page, 'Keep this password');
    await signIn(page, 'proust-on-a-ferry');

    // All that the shop knows.
    const data = await downloadData(page);
    assert.equal(data.customer.email, ADA.email);
    assert.deepEqual(numbersOf(data), orders.sort());
    assert.deepEqual(data.cart.lines.map((line) => line.book), [book.slice(1)]);
    await downloadWithScripts(page);
    assert.ok(data.reading_events.some((event) => event.book === book.slice(1)), 'what they looked at as a guest');

    // And nothing is left, once no order is under way any more: an open one keeps its name until it is over.
    for (const number of orders) {
      await page.goto(`${shop.address}/orders`);
      await page.getByRole('link', { name: number }).click();
      await page.getByText('Cancel the whole order', { exact: true }).click();
      await press(page, 'Yes, cancel the whole order');
    }
    await page.goto(`${shop.address}/account/erase`);
    await page.getByLabel('Your password').fill('proust-on-a-ferry');
    await press(page, 'Erase everything about me');
    assert.match(await noteOf(page), /erased/);
    assert.equal(await page.locator('.badge').count(), 0);
    await signIn(page, 'proust-on-a-ferry');
    await isRefused(page);
    await eventually('erasure in every service', () => isForgotten(data));
  }));

test('whoever registers again after erasing finds nothing of before', () =>
  visit({ javaScriptEnabled: false, acceptDownloads: true }, async (page) => {
    await register(page);
    await signIn(page, ADA.password);
    const data = await downloadData(page);
    assert.deepEqual(data.orders, []);
    assert.equal(data.cart.lines?.length ?? 0, 0);
    assert.deepEqual(data.reading_events, []);
  }));

test('the first owner, made on the command line, signs in and cannot leave the shop without one', () =>
  visit({ javaScriptEnabled: false }, async (page) => {
    await signIn(page, OWNER.password, OWNER.email);
    await page.goto(`${shop.address}/account/erase`);
    await page.getByLabel('Your password').fill(OWNER.password);
    await press(page, 'Erase everything about me');
    assert.match(await page.locator('[role=alert]').textContent(), /only owner/);
  }));

// An authenticator app (RFC 6238) with the key as the page shows it. Its codes never come twice: where one was used up, the next
// one comes early, as from a phone whose clock is fast.
class App {
  constructor(key) {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
    const bits = [...key.replaceAll(' ', '')].map((c) => letters.indexOf(c).toString(2).padStart(5, '0'));
    this.secret = Buffer.from(bits.join('').match(/.{8}/g).map((byte) => parseInt(byte, 2)));
    this.last = 0;
  }

  code() {
    this.last = Math.max(this.last + 1, Math.floor(Date.now() / 30_000));
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(this.last));
    const mac = createHmac('sha1', this.secret).update(counter).digest();
    const number = mac.readUInt32BE(mac.at(-1) & 15) & 0x7fffffff;
    return String(number % 1_000_000).padStart(6, '0');
  }
}

let codes = []; // The owner's recovery codes.

test('staff are led to two steps: a code of an app or a recovery code behind the password', () =>
  visit({ javaScriptEnabled: false }, async (page) => {
    await signIn(page, OWNER.password, OWNER.email);
    assert.match(await page.locator('main').textContent(), /You work for this shop/);
    const key = await page.locator('.secret').textContent();
    const app = new App(key);
    // Sent with the keyboard: the field stands below the picture, and a click would wait for the page to come to rest.
    const send = async (code) => {
      await page.getByLabel('Code that the app shows').fill(code);
      await page.getByLabel('Code that the app shows').press('Enter');
    };
    await send('000000');
    assert.match(await page.locator('[role=alert]').textContent(), /code is wrong/);
    assert.equal(await page.locator('.secret').textContent(), key);
    await send(app.code());
    await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
    codes = await page.locator('.recovery-codes code').allTextContents();
    assert.equal(codes.length, 10);
    await page.getByRole('link', { name: 'I have kept them' }).click();
    assert.doesNotMatch(await page.locator('main').textContent(), /rights as staff rest/);
    await press(page, 'Sign out');

    await signIn(page, OWNER.password, OWNER.email);
    assert.equal(await heading(page), 'The second step');
    await page.getByLabel('Code of your app').fill(app.code());
    await press(page, 'Sign in');
    assert.match(await noteOf(page), /Welcome/);
    await press(page, 'Sign out');

    await signIn(page, OWNER.password, OWNER.email);
    await page.getByLabel('Or a recovery code').fill(codes[3].toLowerCase());
    await press(page, 'Sign in');
    await page.goto(`${shop.address}/account/two-step`);
    assert.match(await page.locator('main').textContent(), /9 recovery codes are left/);
    await page.getByRole('link', { name: 'Turn it off' }).click();
    await page.getByLabel('Your password').fill(OWNER.password);
    await page.getByLabel('Or a recovery code').fill(codes[3]);
    await press(page, 'Turn two steps off');
    assert.match(await page.locator('[role=alert]').textContent(), /code is wrong/, 'it is used up');
  }));

test('axe finds nothing where two steps are on', () =>
  visit({ viewport: SIZES.phone }, async (page) => {
    await signIn(page, OWNER.password, OWNER.email);
    await page.getByLabel('Or a recovery code').fill(codes[4]);
    await press(page, 'Sign in');
    await page.goto(`${shop.address}/account/two-step`);
    await assertFit(page, 'account-two-step-on');
    await page.goto(`${shop.address}/account/two-step/codes`);
    await page.getByLabel('Your password').fill(OWNER.password);
    await page.getByLabel('Or a recovery code').fill(codes[5]);
    await page.getByLabel('Or a recovery code').press('Enter');
    await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
    await assertFit(page, 'account-recovery-codes');
  }));

for (const [size, viewport] of Object.entries(SIZES)) {
  for (const colorScheme of ['light', 'dark']) {
    test(`axe finds nothing, and nothing sticks out: ${size}, ${colorScheme}`, () =>
      visit({ viewport, colorScheme }, async (page) => {
        const at = (name) => assertFit(page, `account-${name}-${size}-${colorScheme}`);
        const open = (path) => page.goto(`${shop.address}/account${path}`);
        const guest = { 'sign-in': '/sign-in', register: '/register', registered: '/register/sent', verify: '/verify?token=x',
          forgotten: '/forgotten', sent: '/forgotten/sent', reset: '/reset?token=x' };
        for (const [name, path] of Object.entries(guest)) {
          await open(path);
          await at(name);
        }
        await page.getByLabel('New password').fill('some other words');
        await press(page, 'Keep this password');
        await at('dead-link');
        await open('/register');
        await page.getByLabel('E-mail address').fill('bob@example.org');
        await page.getByLabel('Password').fill('short');
        await press(page, 'Open an account');
        await at('wrong-field');
        await signIn(page, OWNER.password, OWNER.email);
        await at('second-step');
        await signIn(page, ADA.password);
        const own = { home: '', password: '/password', erase: '/erase', 'two-step': '/two-step', 'two-step-off': '/two-step/off',
          'two-step-codes': '/two-step/codes' };
        for (const [name, path] of Object.entries(own)) {
          await open(path);
          await at(name);
        }
        await open('/two-step');
        await page.getByLabel('Code that the app shows').fill('000000');
        await page.getByLabel('Code that the app shows').press('Enter');
        await page.locator('[role=alert]').waitFor();
        await at('two-step-wrong');
      }));
  }
}
