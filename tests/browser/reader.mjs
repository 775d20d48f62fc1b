// A reader in front of a shop: a real browser, and what every page is held to: no errors of scripts, nothing from elsewhere,
// nothing that axe finds, nothing that sticks out.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
// Where to leave pictures of the pages for people to look at; none where it is not set.
const PICTURES = process.env.OCTAVO_TEST_PICTURES;

export const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } };

export function openBrowser() {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

// Steps of a new reader of the shop at `address`; fails on errors of scripts and on anything loaded from elsewhere.
export async function visit(browser, address, options, steps) {
  const context = await browser.newContext({ viewport: SIZES.desktop, ...options });
  const page = await context.newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(`script: ${error.message}`));
  page.on('console', (message) => {
    // A page that says 404, 422 or 503 is meant to.
    // Whoever searches leaves the page, and with it the suggestions that were on their way to the search box.
    const cutOff = /Failed to fetch[^]*input#q/.test(message.text());
    const isMeant = cutOff || /40[34]|422|503/.test(message.text());
    if (message.type() === 'error' && !isMeant) problems.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(address) && !request.url().startsWith('data:')) problems.push(request.url());
  });
  await steps(page);
  await context.close();
  assert.deepEqual(problems, []);
}

// Axe finds nothing on the page that `page` shows, and nothing sticks out; leaves a picture called `name`. `rules`: of axe, the
// only ones to be tried ([]: none), where the same page was tried with all before.
export async function assertFit(page, name, rules) {
  const axe = async (options) => {
    await page.evaluate(axeSource); // By the debugger, which the content security policy does not bind.
    return page.evaluate((how) => globalThis.axe.run(how), options);
  };
  const only = rules && { runOnly: { type: 'rule', values: rules } };
  const { violations } = rules?.length === 0 ? { violations: [] } : await axe(only ?? {});
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes[0].html} ${nodes[0].failureSummary}`);
  assert.deepEqual(found, [], `${name}: ${found}`);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(overflow <= 0, `${name} is ${overflow} px wider than the screen`);
  if (PICTURES) await takePicture(page, name);
}

async function takePicture(page, name) {
  mkdirSync(PICTURES, { recursive: true });
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  for (let y = 0; y < height; y += 700) await page.evaluate((to) => scrollTo(0, to), y); // Covers are loaded lazily.
  await page.waitForLoadState('networkidle', { timeout: 2000 }).catch(() => {}); // A page that follows its shelf is never idle.
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}
