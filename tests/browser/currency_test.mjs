// A shop in another currency than euros, of none and of three decimals: every amount on the way of an order, from the home page
// to the refund, has the currency's form, and the sums are right to the last minor unit.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Shop } from './processes.mjs';
import { openBrowser, visit as visitShop } from './reader.mjs';
import { connect } from './services.mjs';

const CURRENCIES = {
  // What a price of 12,345 minor units looks like, and every amount on a page.
  JPY: { amount: /¥(\d{1,3}(?:,\d{3})*)(?![\d.,]*\d)/g, minor: (text) => Number(text.replaceAll(',', '')) },
  KWD: { amount: /KWD\u00A0(\d{1,3}(?:,\d{3})*\.\d{3})(?!\d)/g, minor: (text) => Number(text.replaceAll(/[,.]/g, '')) },
};
const PRICES = [12345, 2501];
const CODE_OFF = 1001;
const DELIVERY = 390; // What sending costs by default; the tax is a tenth of the net price.

let browser;
let shop;
before(async () => {
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await shop?.stop();
});

// What a page says, without its tags and what is meant for programs.
function textOf(html) {
  const body = html.slice(html.indexOf('<body'));
  return body.replaceAll(/<(script|style)\b.*?<\/\1>/gs, ' ').replaceAll(/<[^>]*>/g, ' ').replaceAll('&nbsp;', '\u00A0');
}

// A shop of two books, and a code for an amount off the order.
async function openShop(currency) {
  shop = new Shop();
  await shop.startEmpty([`--currency=${currency}`, '--transactions.tax_basis_points=1000', '--transactions.tax_inclusive']);
  const catalog = connect(shop, 'catalog', 'CatalogService');
  const inventory = connect(shop, 'inventory', 'InventoryService');
  const promotions = connect(shop, 'promotions', 'PromotionsService');
  const transactions = connect(shop, 'transactions', 'TransactionsService');
  const books = [];
  for (const [number, minor] of PRICES.entries()) {
    const price = { currency_code: currency, minor };
    const authors = [{ display_name: 'Ada Lovelace' }];
    const book = { title: `Ledger ${number}`, authors, categories: ['categories/fiction'], price };
    const { name } = await catalog.CreateBook({ request_id: randomUUID(), book });
    books.push(name);
  }
  await inventory.ReceiveStock({ request_id: randomUUID(), lines: books.map((book) => ({ book, quantity: 10 })) });
  const campaign = { display_name: 'Off the order', codes: ['OFF'], state: 'STATE_ACTIVE',
    order_amount_off: { amount: { currency_code: currency, minor: CODE_OFF } } };
  await promotions.CreateCampaign({ request_id: randomUUID(), campaign });
  const close = async () => {
    for (const client of [catalog, inventory, promotions, transactions]) client.close();
    return shop.stop();
  };
  return { books, transactions, close };
}

for (const [currency, { amount, minor }] of Object.entries(CURRENCIES)) {
  test(`an order in ${currency}, from the home page to the refund of a part`, async () => {
    const { books, transactions, close } = await openShop(currency);
    // The minor units of every amount in a text, which has no other form of an amount.
    const amountsIn = (text, where) => {
      const rest = text.replaceAll(amount, '');
      assert.doesNotMatch(rest, /[€$¥]|EUR|JPY|KWD|NaN|undefined/, where);
      return [...text.matchAll(amount)].map(([, digits]) => minor(digits));
    };
    const options = { javaScriptEnabled: false, locale: 'en-US' };
    await visitShop(browser, shop.address, options, async (page) => {
      const amounts = async (where) => amountsIn(textOf(await page.content()), where);
      for (const path of ['/', '/categories/fiction', '/search?q=ledger', `/${books[0]}`, `/${books[1]}`]) {
        await page.goto(shop.address + path);
        const found = await amounts(path);
        assert.ok(found.some((each) => PRICES.includes(each)), `${path} has no price: ${found}`);
      }
      for (const book of books) {
        await page.goto(`${shop.address}/${book}`);
        await page.getByRole('button', { name: 'Add to cart', exact: true }).click();
      }
      await page.goto(`${shop.address}/cart`);
      await page.getByLabel('Copies of Ledger 0').fill('2');
      await page.getByRole('button', { name: /^Change the number/ }).first().click();
      await page.getByLabel('A code you have').fill('off');
      await page.getByRole('button', { name: 'Use it' }).click();
      const total = 2 * PRICES[0] + PRICES[1] - CODE_OFF;
      assert.ok((await amounts('the cart')).includes(total));
      await page.getByRole('link', { name: 'To the checkout' }).click();
      await amounts('the checkout');
      await page.getByLabel('E-mail').fill('ada@example.org');
      await page.getByLabel('Name', { exact: true }).fill('Ada Lovelace');
      await page.getByLabel('Send them to me').check();
      await page.getByLabel('Street').fill('1 Ledger Street');
      await page.getByLabel('Postal code').fill('SW1A 1AA');
      await page.getByLabel('Town').fill('London');
      await page.getByLabel('Country').selectOption('GB');
      await page.getByLabel('By card').check();
      await page.getByLabel('Card', { exact: true }).selectOption('tok_approve');
      await page.getByRole('button', { name: 'Place the order' }).dispatchEvent('click');
      await page.waitForURL('**/orders/*');
      assert.ok((await amounts('the order')).includes(total + DELIVERY));

      const [order] = (await transactions.ListOrders({ as_staff: true })).orders;
      assert.equal(order.totals.total.minor, total + DELIVERY);
      assert.equal(order.totals.total.currency_code, currency);
      await transactions.AdvanceFulfilment({ name: order.name, fulfilment_state: 'FULFILMENT_STATE_DELIVERED' });
      await page.reload();
      await page.getByText('Return books').click();
      await page.locator('.return').getByLabel('Copies of Ledger 1').fill('1');
      await amounts('the return');
      await page.getByRole('button', { name: 'Return these copies' }).dispatchEvent('click');
      await page.locator('.flash').waitFor();
      await transactions.AcceptReturn({ name: `${order.name}/returns/1` });
      await transactions.ReceiveReturn({ name: `${order.name}/returns/1`, restock: true });
      await page.reload();
      const [returned] = (await transactions.ListOrders({ as_staff: true })).orders;
      const share = PRICES[1] - returned.lines[1].discount.minor;
      assert.equal(returned.refunded.minor, share);
      assert.ok((await amounts('the refund')).includes(share));
      // Each part of the sum in whole minor units, and the tax of the books and of the delivery within it.
      assert.equal(returned.lines.reduce((sum, line) => sum + line.total.minor, 0), total);
      const taxes = returned.lines.map((line) => line.tax.minor);
      assert.equal(returned.totals.tax.minor, taxes[0] + taxes[1] + Math.round(DELIVERY / 11));
    });
    assert.deepEqual(await close(), { octavo: 0 });
  });
}
