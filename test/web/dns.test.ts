import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch, openShop, type Visit, visit } from './browser.ts';
import { shopLookups } from './lookups.ts';
import { soon } from './page.ts';
import { PARTIES } from './shop.ts';

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

async function visitDns(): Promise<Visit> {
  const visited = await visit(browser, {
    prepare: (fixture) => {
      openShop(fixture);
      fixture.lookups = shopLookups();
    },
  });
  await visited.page.getByRole('tab', { name: 'DNS' }).click();
  await soon(() => lookups(visited.page).count()).toBe(11);
  return visited;
}

const groups = (page: Page) => page.locator('.dns-groups td.dns-name').allTextContents();
const group = (page: Page, name: string) => page.locator('.dns-groups').getByRole('button', { name });
const lookups = (page: Page) => page.locator('[data-lookup]');
const chosen = (page: Page) => page.locator('.dns-groups [aria-pressed="true"]').allTextContents();

describe('the view of DNS', () => {
  test('shows the busiest names, those that fail, and the slowest', async () => {
    await using visited = await visitDns();
    const { page, complaints } = visited;
    expect((await groups(page))[0]).toBe('postgres.shop.svc.cluster.local');
    await page.getByText('Failing').click();
    await soon(async () => (await groups(page))[0]).toBe('smtp.mail.example');
    const row = page.locator('.dns-groups tbody tr').first();
    const about2Ms = expect.stringMatching(/^2\.\d+ ms$/);
    expect(await row.locator('td').allTextContents()).toEqual([
      ...['smtp.mail.example', '2', '2', '1', '0', '0'],
      ...[about2Ms, about2Ms],
    ]);
    await page.getByText('Slowest').click();
    await soon(async () => (await groups(page))[0]).toBe('api.payments.example');
    expect(await page.locator('.dns-groups th[aria-sort="descending"]').textContent()).toContain('p99');
    expect(complaints).toEqual([]);
  });

  test('shows what was asked and answered, the newest first', async () => {
    await using visited = await visitDns();
    const { page } = visited;
    expect(await lookups(page).first().locator('td').allTextContents()).toEqual([
      expect.stringMatching(/^\d\d:\d\d:\d\d/),
      ...['mx.mail.example', 'A', 'mailer', '10.96.0.10', 'NOERROR', '900 µs', '203.0.113.25'],
    ]);
    expect(await lookups(page).nth(1).locator('.outcome').textContent()).toBe('timeout ×2');
    expect(await lookups(page).nth(1).getAttribute('class')).toBe('failed');
  });

  test('narrows the lookups to a group, and keeps the others in sight', async () => {
    await using visited = await visitDns();
    const { page } = visited;
    await group(page, 'smtp.mail.example').click();
    await soon(() => lookups(page).count()).toBe(2);
    expect(await groups(page)).toHaveLength(5);
    expect(await chosen(page)).toEqual(['smtp.mail.example']);
    await page.locator('.dns-controls label', { hasText: 'container' }).click();
    await soon(() => groups(page)).toEqual([PARTIES.mailer.container.slice(0, 12)]);
    await page.locator('.dns-chip').click();
    await soon(() => groups(page)).toHaveLength(3);
    await group(page, PARTIES.checkout.container.slice(0, 12)).click();
    await soon(() => lookups(page).count()).toBe(2);
  });

  test('filters by a part of the name and by what came of it', async () => {
    await using visited = await visitDns();
    const { page } = visited;
    await page.getByLabel('Only lookups of names with').fill('mail');
    await soon(() => lookups(page).count()).toBe(3);
    await page.getByLabel('Only lookups with outcome').selectOption('timeout');
    await soon(() => lookups(page).count()).toBe(1);
    expect(await groups(page)).toEqual(['smtp.mail.example']);
    await page.getByLabel('Only lookups with outcome').selectOption('failed');
    await soon(() => lookups(page).count()).toBe(2);
    await page.getByLabel('Only lookups of names with').fill('nobody');
    await soon(() => page.locator('.dns .table-empty').allTextContents()).toEqual([
      'No lookups.',
      'No lookups.',
    ]);
  });

  test('goes on by itself, and not while it is paused', async () => {
    await using visited = await visitDns();
    const { page, fixture } = visited;
    fixture.lookups = [...fixture.lookups, ...shopLookups()];
    await soon(() => lookups(page).count()).toBe(22);
    await page.locator('body').press('p');
    fixture.lookups = [];
    const asked = page.waitForResponse(/api\/v1\/dns\?/);
    await asked;
    expect(await lookups(page).count()).toBe(22);
    await page.locator('body').press('p');
    await soon(() => lookups(page).count()).toBe(0);
  });

  test('works with the keyboard alone, and says what went wrong', async () => {
    await using visited = await visitDns();
    const { page, fixture } = visited;
    await page.getByRole('tab', { name: 'DNS' }).press('ArrowRight');
    await soon(() => page.locator('td.source').count()).toBeGreaterThan(5);
    await page.getByRole('tab', { name: 'Flows' }).press('ArrowLeft');
    await group(page, 'mx.mail.example').press('Enter');
    await soon(() => chosen(page)).toEqual(['mx.mail.example']);
    fixture.apiStatus = 503;
    await soon(() => page.locator('.dns-trouble').allTextContents()).toEqual(['scripted failure']);
  });
});
