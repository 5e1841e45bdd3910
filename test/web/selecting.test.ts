import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch, visit } from './browser.ts';
import { clickEdge, column, nodeOf, rows, settled, soon } from './page.ts';
import { PARTIES, recordsOf } from './shop.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

describe('selecting', () => {
  test('a click on a node brightens its neighbours and filters the table; the background clears it', async () => {
    await using visited = await visit(browser);
    const { page } = visited;
    await settled(page);
    await nodeOf(page, 'mailer').click();
    expect(await nodeOf(page, 'mailer').getAttribute('aria-pressed')).toBe('true');
    expect(await nodeOf(page, 'checkout').getAttribute('class')).not.toContain('faded');
    expect(await nodeOf(page, 'postgres').getAttribute('class')).toContain('faded');
    await soon(() => rows(page).count()).toBe(3);
    expect(await column(page, 'process')).toEqual(['mailer', 'mailer', 'mailer']);
    expect(await page.locator('.inspector h2').textContent()).toBe('mailer');

    await page.mouse.click(620, 200);
    expect(await page.locator('.inspector').count()).toBe(0);
    await soon(() => rows(page).count()).toBeGreaterThan(20);
  });

  test('a click on the name below a node is one on the node', async () => {
    await using visited = await visit(browser);
    const { page } = visited;
    await settled(page);
    await nodeOf(page, 'mailer').locator('.node-name').click();
    expect(await page.locator('.inspector h2').textContent()).toBe('mailer');
  });

  test('a click on an edge filters the table to it; Escape clears', async () => {
    await using visited = await visit(browser);
    const { page } = visited;
    await settled(page);
    await clickEdge(page, 'payments');
    expect(await page.locator('.edge.selected').count()).toBe(1);
    await soon(() => column(page, 'state')).toEqual(['timeout', 'timeout', 'refused']);
    expect(await page.locator('.inspector').textContent()).toContain('2 timeout, 1 refused');
    await page.keyboard.press('Escape');
    expect(await page.locator('.edge.selected').count()).toBe(0);
  });

  test('a click on a row selects its edge', async () => {
    await using visited = await visit(browser);
    const { page } = visited;
    await settled(page);
    await rows(page).filter({ hasText: 'smtp.mail.example' }).first().click();
    expect(await page.locator('.edge.selected').getAttribute('data-edge')).toContain('smtp.mail.example');
  });

  test('finds the flows of the selection even when they are not among the last ones', async () => {
    await using visited = await visit(browser, {
      prepare: (fixture) => {
        const old = Date.now() - 60_000;
        fixture.report(
          recordsOf({ client: PARTIES.mailer, server: PARTIES.smtp, port: 587, forward: 10 }, old),
        );
        const many = Array.from({ length: 250 }, () => ({
          client: PARTIES.nginx,
          server: PARTIES.catalog,
          port: 8000,
        }));
        fixture.report(many.flatMap((connection) => recordsOf(connection, Date.now())));
      },
    });
    const { page } = visited;
    await soon(() => rows(page).count()).toBe(200);
    await nodeOf(page, 'mailer').click();
    await soon(() => column(page, 'process')).toEqual(['mailer']);
  });

  test('selection, search and order survive a reload', async () => {
    await using visited = await visit(browser);
    const { page } = visited;
    await settled(page);
    await nodeOf(page, 'checkout').click();
    await page.getByRole('columnheader', { name: 'Sent' }).getByRole('button').click();
    await page.locator('#search').fill('5432');
    await page.reload();
    await soon(() => page.locator('.inspector h2').textContent()).toBe('checkout');
    expect(await page.locator('#search').inputValue()).toBe('5432');
    expect(await page.getByRole('columnheader', { name: 'Sent' }).getAttribute('aria-sort')).toBe(
      'descending',
    );
    await soon(() => column(page, 'source')).toEqual([expect.stringMatching(/^10\.42\.0\.11:/)]);
  });

  test('works with the keyboard alone', async () => {
    await using visited = await visit(browser);
    const { page } = visited;
    await settled(page);
    await page.locator('.map-head summary').focus();
    await page.keyboard.press('Tab');
    const focused = () => page.locator('[data-node]:focus').getAttribute('data-node');
    const first = await focused();
    expect(first).toMatch(/^(address|process):/);
    expect(first).toContain(await page.locator('.tooltip h3').textContent());
    await page.keyboard.press('Tab');
    expect(await focused()).not.toBe(first);
    await page.keyboard.press('Enter');
    expect(await page.locator('.node.selected').getAttribute('data-node')).toBe(await focused());
    await page.keyboard.press('Escape');
    expect(await page.locator('.node.selected').count()).toBe(0);
  });
});

describe('the table', () => {
  test('is sorted by a click on a header, and back by another', async () => {
    await using visited = await visit(browser);
    const { page } = visited;
    await settled(page);
    const received = page.getByRole('columnheader', { name: 'Received' });
    await received.getByRole('button').click();
    expect(await received.getAttribute('aria-sort')).toBe('descending');
    expect((await column(page, 'received'))[0]).toBe('240 MB');
    await received.getByRole('button').click();
    expect((await column(page, 'received'))[0]).toBe('0 B');
  });
});

test('the table of flows fits a window of 1280 pixels, with whole headers', async () => {
  await using visited = await visit(browser, { size: { width: 1280, height: 800 } });
  const { page } = visited;
  await settled(page);
  const cut = await page
    .locator('.table-scroll, .grid th, .grid th button')
    .evaluateAll((elements) =>
      elements
        .filter((element) => element.scrollWidth > element.clientWidth)
        .map(({ textContent }) => textContent?.slice(0, 20)),
    );
  expect(cut).toEqual([]);
});
