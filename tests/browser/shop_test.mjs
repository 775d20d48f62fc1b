// The whole shop in one process, looked at with a real browser.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Shop } from './processes.mjs';
import { SIZES, assertFit, openBrowser, visit as visitShop } from './reader.mjs';

let shop;
let browser;
let bookPath;

before(async () => {
  shop = new Shop(); // Known before it runs, so that `after` stops whatever did start.
  await shop.startWhole();
  browser = await openBrowser();
  const listing = await (await fetch(`${shop.address}/search?q=earthsea`)).text();
  bookPath = /\/books\/\d+/.exec(listing)[0];
});

after(async () => {
  await browser?.close();
  const endings = await shop?.stop();
  assert.deepEqual(endings, { octavo: 0 });
});

const visit = (options, steps) => visitShop(browser, shop.address, options, steps);

test('a reader wanders from the front page to a book, its author and another of their books', () =>
  visit({}, async (page) => {
    await page.goto(shop.address);
    await page.locator('.shelf .card a').first().click();
    await page.waitForURL('**/books/*');
    const author = page.locator('.book-by a').first();
    const name = await author.textContent();
    await author.click();
    assert.equal(await page.locator('h1').textContent(), name);
    await page.locator('.card a').first().click();
    await page.waitForURL('**/books/*');
  }));

test('without JavaScript: search, narrow, turn the page, open a book', () =>
  visit({ javaScriptEnabled: false }, async (page) => {
    await page.goto(shop.address);
    await page.getByLabel('Search by title').fill('the');
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await page.waitForURL('**/search?q=the');
    const all = await page.locator('.listing-head .quiet').textContent();
    await page.locator('.facets li a').first().click();
    assert.equal(await page.locator('.facets .chosen').count(), 1);
    assert.notEqual(await page.locator('.listing-head .quiet').textContent(), all);
    await page.getByRole('link', { name: 'Take all choices back' }).click();
    await page.getByRole('link', { name: 'Next page' }).click();
    assert.match(await page.locator('.pager').textContent(), /Page 2/);
    await page.locator('.card a').first().click();
    await page.waitForURL('**/books/*');
  }));

test('a typing error still finds its book, and the page says so', () =>
  visit({}, async (page) => {
    await page.goto(`${shop.address}/search?q=erthsea`);
    assert.match(await page.locator('main').textContent(), /We looked for earthsea/);
    assert.ok((await page.locator('.card').count()) > 0);
  }));

test('a search that finds nothing has a way on', () =>
  visit({}, async (page) => {
    await page.goto(`${shop.address}/search?q=xqzzvw`);
    assert.match(await page.locator('main').textContent(), /Nothing on our shelves fits that/);
    assert.ok((await page.locator('.card').count()) > 0);
  }));

test('suggestions are a combobox: said, walked along, taken and put away with the keyboard', () =>
  visit({}, async (page) => {
    await page.goto(shop.address);
    const field = page.getByRole('combobox', { name: 'Search by title' });
    const state = () => field.evaluate((input) => ({
      expanded: input.getAttribute('aria-expanded'),
      list: document.getElementById(input.getAttribute('aria-controls'))?.getAttribute('role') ?? null,
      active: input.getAttribute('aria-activedescendant'),
      selected: [...document.querySelectorAll('[role=option][aria-selected=true]')].map(({ id }) => id),
      focused: document.activeElement === input,
    }));
    const closed = { expanded: 'false', list: null, active: null, selected: [], focused: true };
    const at = (active) => ({ expanded: 'true', list: 'listbox', active, selected: active ? [active] : [], focused: true });
    await field.pressSequentially('earths');
    await page.getByRole('option').first().waitFor();
    assert.deepEqual(await state(), at(null));
    await assertFit(page, 'suggestions');
    const last = `suggestion-${(await page.getByRole('option').count()) - 1}`;
    for (const [key, active] of [['ArrowDown', 'suggestion-0'], ['ArrowUp', null], ['ArrowUp', last], ['ArrowDown', null],
      ['ArrowDown', 'suggestion-0'], ['ArrowLeft', null]]) {
      await page.keyboard.press(key);
      assert.deepEqual(await state(), at(active), key);
    }
    await page.keyboard.press('Escape');
    assert.deepEqual(await state(), closed);
    assert.equal(await field.inputValue(), 'earths');
    await page.keyboard.press('End');
    await field.pressSequentially('e');
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('ArrowDown');
    const link = await page.getByRole('option').first().getAttribute('href');
    await page.keyboard.press('Enter');
    await page.waitForURL(`**${link}`);
    await page.getByRole('combobox').fill('earthsea');
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('Tab');
    assert.equal(await page.getByRole('option').count(), 0);
    await page.getByRole('combobox').press('Enter'); // Nothing is chosen: what was typed is searched for.
    await page.waitForURL('**/search?q=earthsea');
  }));

test('without JavaScript the search field claims no list', () =>
  visit({ javaScriptEnabled: false }, async (page) => {
    await page.goto(shop.address);
    assert.equal(await page.getByRole('combobox').count(), 0);
    assert.equal(await page.getByRole('searchbox', { name: 'Search by title' }).count(), 1);
  }));

test('what a reader looks at changes what they see next', () =>
  visit({}, async (page) => {
    await page.goto(shop.address);
    assert.match(await page.locator('#for-you-title').textContent(), /A good place to start|For you/);
    await page.goto(shop.address + bookPath);
    const title = await page.locator('h1').textContent();
    // The event is recorded behind the page: look again until it has arrived.
    for (let tries = 0; tries < 100; ++tries) {
      await page.goto(shop.address);
      if ((await page.locator('#for-you-title').textContent()) === 'For you') break;
    }
    assert.equal(await page.locator('#for-you-title').textContent(), 'For you');
    const shelf = page.locator('section[aria-labelledby="for-you-title"]');
    assert.ok(!(await shelf.locator('.name').allTextContents()).includes(title));
  }));

test('the skip link is the first stop of the keyboard and leads to the books', () =>
  visit({}, async (page) => {
    await page.goto(shop.address);
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
    await page.keyboard.press('Enter');
    assert.match(page.url(), /#content$/);
  }));

for (const [size, viewport] of Object.entries(SIZES)) {
  for (const colorScheme of ['light', 'dark']) {
    test(`axe finds nothing, and nothing sticks out: ${size}, ${colorScheme}`, () =>
      visit({ viewport, colorScheme }, async (page) => {
        const paths = { home: '/', book: bookPath, search: '/search?q=the', nothing: '/search?q=xqzzvw',
          category: '/categories/fantasy', all: '/books?sort=title', missing: '/books/999999' };
        for (const [name, path] of Object.entries(paths)) {
          await page.goto(shop.address + path);
          await assertFit(page, `${name}-${size}-${colorScheme}`);
        }
      }));
  }
}

test('the prices of a row stand on one line, whatever stands above them', () =>
  visit({}, async (page) => {
    for (const path of ['/', '/books', '/categories/romance']) {
      await page.goto(shop.address + path);
      const rows = await page.locator('.card:has(.price)').evaluateAll((cards) => {
        const feet = new Map(); // The cards of one row begin at one height.
        for (const card of cards) {
          const top = Math.round(card.getBoundingClientRect().top);
          const bottom = Math.round(card.querySelector('.price').getBoundingClientRect().bottom);
          feet.set(top, (feet.get(top) ?? new Set()).add(bottom));
        }
        return [...feet.values()].map((bottoms) => [...bottoms]);
      });
      assert.ok(rows.length > 0);
      for (const bottoms of rows) assert.equal(bottoms.length, 1, `${path}: ${bottoms}`);
    }
  }));

test('a page in the background has no stream, and looks again when somebody looks at it', () =>
  visit({}, async (page) => {
    const isStream = (request) => request.url().includes('/stock?');
    const turn = (hidden) => page.evaluate((state) => {
      // As when another tab is chosen, which a browser without windows does not tell its pages.
      Object.defineProperty(document, 'hidden', { value: state, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
    const [first] = await Promise.all([page.waitForRequest(isStream), page.goto(shop.address + bookPath)]);
    await first.response(); // It is open.
    let streams = 0;
    page.on('request', (request) => { if (isStream(request)) streams += 1; });

    await Promise.all([page.waitForEvent('requestfailed', isStream), turn(true)]);
    assert.equal(streams, 0, 'and none is opened in its place');
    await Promise.all([page.waitForRequest(isStream), page.waitForResponse(`**${bookPath}/offer`), turn(false)]);
    assert.equal(streams, 1);
    await turn(false);
    assert.equal(streams, 1, 'one is enough');
  }));

test('a cover that a busy shop did not give is asked for again', () =>
  visit({}, async (page) => {
    const asked = new Map();
    const standIn = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 300" width="2" height="3"/>';
    await page.route('**/covers/**', (route) => {
      const { pathname } = new URL(route.request().url());
      const times = (asked.get(pathname) ?? 0) + 1;
      asked.set(pathname, times);
      if (times > 2) return route.continue();
      // By a shop that is busy, or by one whose catalogue is.
      return times === 1 ? route.fulfill({ status: 503, contentType: 'text/html', body: 'Back in a moment' })
        : route.fulfill({ status: 503, contentType: 'image/svg+xml', body: standIn });
    });
    await page.goto(`${shop.address}/books`);
    await page.waitForFunction(() => [...document.querySelectorAll('.card img')].slice(0, 6)
      .every((cover) => cover.complete && cover.naturalWidth === 400));
    assert.ok([...asked.values()].every((times) => times <= 4));
  }));

test('every cover is a picture that the browser can draw', () =>
  visit({}, async (page) => {
    await page.goto(`${shop.address}/books`);
    const broken = await page.evaluate(async () => {
      const covers = [...document.querySelectorAll('.card img')];
      covers.forEach((cover) => cover.removeAttribute('loading'));
      await Promise.all(covers.map((cover) => cover.decode().catch(() => {})));
      return covers.filter((cover) => cover.naturalWidth === 0).map((cover) => cover.src);
    });
    assert.deepEqual(broken, []);
  }));
