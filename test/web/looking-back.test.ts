import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch, visit } from './browser.ts';
import type { Fixture } from './fixture.ts';
import { nodeOf, soon } from './page.ts';
import { PARTIES, recordsOf } from './shop.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

const MINUTE = 60_000;

/** Twenty minutes ago the mailer was refused; now nginx is busy. */
function openHistory(fixture: Fixture): void {
  const now = Date.now();
  fixture.report([
    ...recordsOf(
      { client: PARTIES.mailer, server: PARTIES.smtp, port: 587, failure: 'refused' },
      now - 20 * MINUTE,
    ),
    ...recordsOf(
      { client: PARTIES.nginx, server: PARTIES.catalog, port: 8000, forward: 9000 },
      now - MINUTE / 2,
    ),
  ]);
}

describe('the time', () => {
  test('is looked back in by the slider, stays in the address, and is live again by a click', async () => {
    await using visited = await visit(browser, { prepare: openHistory });
    const { page } = visited;
    await nodeOf(page, 'nginx').waitFor();
    expect(await nodeOf(page, 'mailer').count()).toBe(0);
    await page.locator('.bar-failed').waitFor({ state: 'attached' });
    const slider = page.getByLabel('End of the window');
    await slider.fill(String(Math.floor((Date.now() - 18 * MINUTE) / 10_000) * 10_000));
    await nodeOf(page, 'mailer').waitFor();
    expect(await nodeOf(page, 'nginx').count()).toBe(0);
    expect(page.url()).toContain('until=');
    expect(await page.locator('.link-state').textContent()).toMatch(/^Until \d\d:\d\d:\d\d$/);
    await page.reload();
    await nodeOf(page, 'mailer').waitFor();
    await page.getByRole('button', { name: 'Live' }).click();
    await nodeOf(page, 'nginx').waitFor();
    expect(page.url()).not.toContain('until');
  });

  test('is that of what the filters of the search match', async () => {
    await using visited = await visit(browser, { prepare: openHistory });
    const { page } = visited;
    const failed = page.locator('.bar-failed');
    await failed.waitFor({ state: 'attached' });
    await page.locator('#search').fill('comm:nginx');
    await soon(() => failed.count()).toBe(0);
    await soon(() => page.locator('.bar:not([height="0"])').count()).toBe(1);
    // Refused: what was shown stays.
    await page.locator('#search').fill('port:x');
    await page.getByText('is not a value of port').waitFor();
    expect(await page.locator('.bar:not([height="0"])').count()).toBe(1);
    await page.locator('#search').fill('failure');
    await failed.waitFor({ state: 'attached' });
    expect(await page.locator('.bar:not([height="0"])').count()).toBe(0);
  });

  test('of which nothing is kept is marked', async () => {
    const prepare = (fixture: Fixture) => {
      openHistory(fixture);
      fixture.forgetHistory();
    };
    await using visited = await visit(browser, { prepare });
    const { page } = visited;
    const forgotten = page.locator('.track-forgotten');
    await forgotten.waitFor({ state: 'attached' });
    const share = Number((await forgotten.evaluate((element) => element.style.width)).replace('%', ''));
    expect(share).toBeGreaterThan(60);
    expect(share).toBeLessThan(80);
    expect(await page.locator('.track-ends').textContent()).toMatch(/, kept from \d\d:\d\d:\d\d/);
    expect(await page.locator('.bar-failed').count()).toBe(0);
  });

  test('is seen in a longer window', async () => {
    await using visited = await visit(browser, { prepare: openHistory });
    const { page } = visited;
    await nodeOf(page, 'nginx').waitFor();
    await page.locator('.timeline select').selectOption('30m');
    await nodeOf(page, 'mailer').waitFor();
    expect(await nodeOf(page, 'nginx').count()).toBe(1);
    expect(page.url()).toContain('since=30m');
  });

  test('goes by in a replay, from where there was something', async () => {
    await using visited = await visit(browser, { prepare: openHistory });
    const { page } = visited;
    await page.getByLabel('End of the window').waitFor();
    await page.getByRole('button', { name: 'Replay' }).click();
    await nodeOf(page, 'mailer').waitFor();
    const end = async () => Number(await page.getByLabel('End of the window').inputValue());
    const before = await end();
    await soon(end).toBeGreaterThan(before);
    await page.getByRole('button', { name: 'Replay' }).click();
    expect(await page.getByRole('button', { name: 'Replay' }).getAttribute('aria-pressed')).toBe('false');
  });

  test('holds while it is paused, also for another search', async () => {
    await using visited = await visit(browser, { prepare: openHistory });
    const { page, fixture } = visited;
    await nodeOf(page, 'nginx').waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.locator('#search').fill('comm:nginx');
    await soon(() => page.locator('.map [data-node]').count()).toBe(2);
    fixture.report(
      recordsOf({ client: PARTIES.nginx, server: PARTIES.checkout, port: 8080, forward: 5 }, Date.now()),
    );
    await soon(() => page.locator('.waiting').textContent()).toMatch(/^[1-9]\d* changes/);
    expect(await page.locator('.map [data-node]').count()).toBe(2);
    await page.getByRole('button', { name: 'Resume' }).click();
    await soon(() => page.locator('.map [data-node]').count()).toBe(3);
  });
});
