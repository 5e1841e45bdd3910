import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch, openShop, visit } from './browser.ts';
import { drawn, settled, soon } from './page.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

describe('without data', () => {
  test('an idle node gets a hint how to make traffic, which the first traffic replaces', async () => {
    await using visited = await visit(browser, { prepare: () => undefined });
    const { page, fixture } = visited;
    await page.getByText('No traffic seen yet').waitFor();
    expect(await page.locator('.map-card .command code').textContent()).toBe(`curl -s ${fixture.url}health`);
    openShop(fixture);
    await settled(page);
    expect(await page.locator('.map-card').count()).toBe(0);
  });

  test('a dead agent is named with what to do, and the page recovers by itself', async () => {
    await using visited = await visit(browser, {
      prepare: (fixture) => {
        fixture.apiStatus = 502;
      },
    });
    const { page, fixture } = visited;
    await page.getByText('The agent does not answer').waitFor();
    await page.getByText('scripted failure').waitFor();
    fixture.apiStatus = 200;
    openShop(fixture);
    await settled(page);
    expect(await page.locator('.link-state').textContent()).toBe('Live');
  });

  test('a missing probe is named with the socket, what to do and why', async () => {
    await using visited = await visit(browser, {
      prepare: (fixture) => {
        const lastError = {
          code: 'SP_SERVER_UNREACHABLE',
          message: 'connection refused',
          at: '2026-03-01T12:00:00Z',
        };
        fixture.probe = { ...fixture.probe, connected: false, lastError };
      },
    });
    const { page, fixture } = visited;
    await page.getByText('system-probe does not answer').waitFor();
    expect(await page.locator('.map-card').textContent()).toContain(fixture.probe.socket);
    expect(await page.locator('.map-card').textContent()).toContain('connection refused');
    expect(await page.locator('.link-state').textContent()).toBe('No probe');
    openShop(fixture);
    await page.locator('.map-banner').waitFor();
    fixture.probe = { ...fixture.probe, connected: true };
    await soon(() => page.locator('.map-banner').count()).toBe(0);
  });

  test('a lost agent leaves the last map with a banner until it is back', async () => {
    await using visited = await visit(browser);
    const { page, fixture } = visited;
    await settled(page);
    fixture.apiStatus = 503;
    fixture.cut();
    await page.getByText('Connection to the agent lost.').waitFor();
    expect(await drawn(page)).toBe(16);
    fixture.apiStatus = 200;
    await soon(() => page.locator('.map-banner').count()).toBe(0);
  });
});

describe('the footer', () => {
  test('counts flows, nodes, edges and what was lost', async () => {
    await using visited = await visit(browser, {
      prepare: (fixture) => {
        openShop(fixture);
        fixture.probe = { ...fixture.probe, lost: 1234 };
      },
    });
    const { page } = visited;
    await settled(page);
    const counts = () => page.locator('.footer dl > div').allInnerTexts();
    await soon(async () => (await counts()).map((text) => text.replace(/\s+/g, ' '))).toEqual([
      'flows 33',
      'open 28',
      'nodes 16',
      'edges 18',
      'hidden 0',
      'lost 1,234',
    ]);
    expect(await page.locator('.footer .alarming').textContent()).toContain('lost');
  });
});

describe('the theme', () => {
  const ground = (page: Page) => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');

  test("is the system's until the reader chooses, and the choice stays", async () => {
    await using visited = await visit(browser, { colorScheme: 'dark' });
    const { page } = visited;
    await settled(page);
    const dark = await ground(page);
    await page.getByRole('button', { name: 'Use the light theme' }).click();
    const light = await ground(page);
    expect(light).not.toBe(dark);
    await page.reload();
    await settled(page);
    expect(await ground(page)).toBe(light);
  });
});
