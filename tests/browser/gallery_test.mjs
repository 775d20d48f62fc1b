// Every page in every state, as marketplace_gallery_test makes them (it fails when a route has none): without a finding by axe,
// and nothing sticks out, on a phone and a desktop, light and dark; and on the narrowest phones nothing sticks out either.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { SIZES, assertFit, openBrowser } from './reader.mjs';

const ADDRESS = 'http://gallery.test';
const NARROW = { width: 320, height: 640 };
const TYPES = { css: 'text/css', html: 'text/html; charset=utf-8', js: 'text/javascript', svg: 'image/svg+xml' };
const COVER = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 600"><rect width="400" height="600" fill="#345"/></svg>';

let folder;
let browser;
let states;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'octavo-gallery-'));
  execFileSync(process.env.OCTAVO_TEST_GALLERY_MAKER, { env: { ...process.env, OCTAVO_TEST_GALLERY: folder }, stdio: 'pipe' });
  states = readFileSync(join(folder, 'gallery.tsv'), 'utf8').trim().split('\n').map((line) => line.split('\t')[0]);
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

// What the pages ask for: their own files and drawn covers; streams and the like are not there.
function serve(route) {
  const path = new URL(route.request().url()).pathname;
  if (path.startsWith('/covers/')) return route.fulfill({ contentType: TYPES.svg, body: COVER });
  if (!path.startsWith('/static/') && !path.endsWith('.html')) return route.abort();
  return route.fulfill({ contentType: TYPES[path.split('.').at(-1)], body: readFileSync(join(folder, path)) });
}

test('no page has a finding in any state, light and dark, on a phone and a desktop', async (t) => {
  assert.ok(states.length > 60, 'the whole gallery');
  const problems = [];
  const look = (check) => check.catch(({ message }) => problems.push(message));
  await Promise.all(Object.entries(SIZES).map(async ([size, viewport]) => {
    const context = await browser.newContext({ viewport });
    await context.route('**', serve);
    const page = await context.newPage();
    for (const state of states) {
      await page.goto(`${ADDRESS}/${state}.html`);
      await look(assertFit(page, `gallery-${state}-${size}-light`));
      await page.emulateMedia({ colorScheme: 'dark' }); // The same page in other colours.
      await look(assertFit(page, `gallery-${state}-${size}-dark`, ['color-contrast', 'link-in-text-block']));
      await page.emulateMedia({ colorScheme: 'light' });
      if (size === 'phone') {
        await page.setViewportSize(NARROW);
        await look(assertFit(page, `gallery-${state}-narrow`, []));
        await page.setViewportSize(viewport);
      }
    }
    await context.close();
  }));
  t.diagnostic(`${states.length} states`);
  assert.deepEqual(problems, []);
});

test('no title sticks out of its cover', async () => {
  const page = await (await browser.newContext()).newPage();
  const problems = [];
  for (const name of readdirSync(join(folder, 'drawn'))) {
    await page.setContent(readFileSync(join(folder, 'drawn', name), 'utf8'));
    const wide = await page.evaluate(() => {
      const cover = document.querySelector('svg').getBoundingClientRect();
      return [...document.querySelectorAll('text')].filter((text) => {
        const box = text.getBoundingClientRect();
        return box.left < cover.left || box.right > cover.right || box.top < cover.top || box.bottom > cover.bottom;
      }).map((text) => text.textContent);
    });
    if (wide.length > 0) problems.push(`${name}: ${wide}`);
  }
  assert.deepEqual(problems, []);
});
