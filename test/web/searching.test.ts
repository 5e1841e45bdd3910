import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch, visit } from './browser.ts';
import { column, drawn, rows, settled, soon } from './page.ts';
import { PARTIES, recordsOf } from './shop.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

describe('searching', () => {
  test('the slash focuses the search, which filters nodes and rows', async () => {
    await using visited = await visit(browser);
    const { page } = visited;
    await settled(page);
    await page.keyboard.press('/');
    await page.keyboard.type('redis');
    await soon(() => drawn(page)).toBe(3);
    expect(await page.locator('.node:not(.context) .node-name').allTextContents()).toEqual(['redis-server']);
    await soon(() => rows(page).count()).toBe(4);
    expect(await page.locator('.search-count').textContent()).toBe('1 on map');

    await page.keyboard.press('Escape');
    await soon(() => drawn(page)).toBe(16);
  });

  test('finds failures on the map and in the table, and says when nothing fits', async () => {
    await using visited = await visit(browser, { hash: '#q=timeout' });
    const { page } = visited;
    await soon(() => drawn(page)).toBe(2);
    await soon(() => rows(page).count()).toBe(3);
    await page.locator('#search').fill('no such thing');
    await page.getByText('Nothing matches').waitFor();
    await page.getByRole('button', { name: 'Clear search' }).last().click();
    await settled(page);
  });
});

describe('filters', () => {
  test('are those of the command line, and narrow map and table', async () => {
    await using visited = await visit(browser, { hash: '#q=failure%3Atimeout' });
    const { page } = visited;
    await soon(() => drawn(page)).toBe(2);
    await soon(() => rows(page).count()).toBe(2);
    await page.locator('#search').fill('port:5432 !comm:postgres');
    await soon(() => drawn(page)).toBe(3);
    await soon(() => column(page, 'process')).toEqual(expect.arrayContaining(['checkout', 'gunicorn']));
    await page.locator('summary', { hasText: 'Share' }).click();
    expect(await page.locator('.command code').last().textContent()).toBe(
      `sysprobe flows --server ${new URL(page.url()).origin} --port 5432 --not --comm postgres`,
    );
  });

  test('are suggested while they are typed, and completed by Tab', async () => {
    await using visited = await visit(browser);
    const { page } = visited;
    await settled(page);
    await page.keyboard.press('/');
    await page.keyboard.type('!fail');
    await soon(() => page.locator('.suggestions code').allTextContents()).toContain('failure');
    await page.keyboard.press('Tab');
    expect(await page.locator('#search').inputValue()).toBe('!failure ');
    await soon(() => page.locator('.edge').count()).toBe(17);
  });

  test('that the agent does not take are answered with what it says', async () => {
    await using visited = await visit(browser, { hash: '#q=port%3Ahttp' });
    const { page } = visited;
    await page.getByText('is not a value of port').waitFor();
    await page.getByRole('button', { name: 'Clear search and window' }).click();
    await settled(page);
    expect(await page.locator('.map-card').count()).toBe(0);
  });
});

describe('pausing', () => {
  test('freezes map and table, counts what waits, and shows it on resume', async () => {
    await using visited = await visit(browser);
    const { page, fixture } = visited;
    await settled(page);
    const before = await rows(page).count();
    await page.getByRole('button', { name: 'Pause' }).click();
    const fresh = { client: { ip: '10.0.0.5', comm: 'curl' }, server: PARTIES.nginx, port: 443 };
    fixture.report(recordsOf(fresh, Date.now()));
    await expect
      .poll(() => page.locator('.waiting').textContent(), { timeout: 10_000 })
      .toBe('3 changes, 2 flows');
    expect(await drawn(page)).toBe(16);
    expect(await rows(page).count()).toBe(before);

    await page.getByRole('button', { name: 'Resume' }).click();
    await soon(() => drawn(page)).toBe(17);
    await soon(() => rows(page).count()).toBe(before + 2);
  });
});
