import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch, openShop, visit } from './browser.ts';
import { PARTIES, recordsOf } from './shop.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

/** Polls until the expectation holds. */
const soon = <T>(read: () => T) => expect.poll(read, { timeout: 20_000 });
const nodeOf = (page: Page, name: string) => page.locator(`.map [data-node$="/${name}"]`);
const rows = (page: Page) => page.locator('tbody tr');
const column = (page: Page, id: string) => page.locator(`tbody td.${id}`).allTextContents();
const drawn = (page: Page) => page.locator('.map [data-node]').count();

/** Waits until the layout has placed the shop and the table has its rows. */
async function settled(page: Page): Promise<void> {
  await soon(() => drawn(page)).toBe(16);
  await soon(() => rows(page).count()).toBeGreaterThan(20);
}

interface Line {
  getTotalLength(): number;
  getPointAtLength(length: number): { matrixTransform(matrix: unknown): { x: number; y: number } };
  getScreenCTM(): unknown;
}

/** Clicks on an edge's line, wherever it is on the screen. */
async function clickEdge(page: Page, match: string): Promise<void> {
  const at = await page.locator(`[data-edge*="${match}"] .edge-line`).evaluate((element: unknown) => {
    const line = element as Line;
    const { x, y } = line.getPointAtLength(line.getTotalLength() * 0.7).matrixTransform(line.getScreenCTM());
    return { x, y };
  });
  await page.mouse.click(at.x, at.y);
}

describe('the map', () => {
  test('draws every node in the shape of its kind and every edge towards the server', async () => {
    await using visited = await visit(browser);
    const { page, complaints } = visited;
    await settled(page);
    expect(await page.locator('.node.process').count()).toBeGreaterThan(5);
    expect(await page.locator('.map .node.address').count()).toBe(6);
    expect(await page.locator('.edge').count()).toBe(18);
    const outlines = await page
      .locator('.legend .node-shape')
      .evaluateAll((shapes) => shapes.map((shape) => shape.getAttribute('d')));
    expect(new Set(outlines).size).toBe(3);
    await expect(nodeOf(page, 'nginx').getAttribute('aria-label')).resolves.toMatch(
      /^process nginx: \d+ active/,
    );
    expect(complaints).toEqual([]);
  });

  test('marks what fails, and dashes what never worked', async () => {
    await using visited = await visit(browser);
    const { page } = visited;
    await settled(page);
    const payments = page.locator('[data-edge*="payments"]');
    expect(await payments.getAttribute('class')).toContain('broken');
    expect(await payments.textContent()).toContain('2 timeout');
    expect(await page.locator('[data-edge*="smtp"]').getAttribute('class')).toContain('failing');
    expect(await nodeOf(page, 'checkout').getAttribute('class')).toContain('failed');
    expect(await nodeOf(page, 'postgres').getAttribute('class')).not.toContain('failed');
  });

  test('draws busier edges thicker and shows their rate', async () => {
    await using visited = await visit(browser);
    const { page, fixture } = visited;
    await settled(page);
    const slow = recordsOf({ client: PARTIES.nginx, server: PARTIES.checkout, port: 8080 }, Date.now());
    const fast = recordsOf({ client: PARTIES.nginx, server: PARTIES.catalog, port: 8000 }, Date.now());
    const rates = new Map(slow.map(({ id }) => [id, { sent: 1000, received: 0 }]));
    for (const { id } of fast) rates.set(id, { sent: 5_000_000, received: 0 });
    fixture.report([...slow, ...fast], rates);
    const width = async (part: string) =>
      Number(await page.locator(`[data-edge*="${part}"] .edge-line`).getAttribute('stroke-width'));
    await soon(() => width(`nginx->process:${PARTIES.catalog.container}`)).toBeGreaterThan(4);
    expect(await width(`nginx->process:${PARTIES.checkout.container}`)).toBeLessThan(4);
    await soon(() => page.locator('.edge-label').allTextContents()).toContain('5 MB/s');
  });

  test('keeps every node where it is when another comes', async () => {
    await using visited = await visit(browser);
    const { page, fixture } = visited;
    await settled(page);
    const places = () =>
      page
        .locator('.map [data-node]')
        .evaluateAll((nodes) =>
          nodes.map((node) => [node.getAttribute('data-node'), node.getAttribute('transform')]),
        );
    const before = await places();
    fixture.report(
      recordsOf({ client: { ip: '10.0.0.5', comm: 'curl' }, server: PARTIES.nginx, port: 443 }, Date.now()),
    );
    await soon(() => drawn(page)).toBe(17);
    const after = new Map((await places()) as [string, string][]);
    for (const [id, place] of before) expect(after.get(id ?? ''), id ?? '').toBe(place);
  });

  test('is grouped by container on request', async () => {
    await using visited = await visit(browser);
    const { page } = visited;
    await settled(page);
    await page.locator('.segmented').getByText('container').click();
    await soon(() => page.locator('.map .node.container').count()).toBe(7);
    expect(page.url()).toContain('group=container');
  });

  test('draws the heaviest of very many nodes and says how many are hidden', async () => {
    await using visited = await visit(browser, {
      prepare: (fixture) => {
        const clients = Array.from({ length: 700 }, (_, n) => ({
          ip: `198.51.${100 + (n >> 8)}.${n & 255}`,
        }));
        fixture.report(
          clients.flatMap((client, n) =>
            recordsOf({ client, server: PARTIES.nginx, port: 443, forward: 1000 + n }, Date.now()),
          ),
        );
      },
    });
    const { page } = visited;
    await soon(() => drawn(page)).toBe(600);
    expect(await page.locator('.hidden-marker').textContent()).toBe('hidden 101');
    expect(await page.locator('[data-count=hidden]').textContent()).toBe('101');
  }, 60_000);
});

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
    await page.locator('.header button').last().focus();
    await page.keyboard.press('Tab');
    const focused = () => page.locator('[data-node]:focus').getAttribute('data-node');
    const first = await focused();
    expect(first).toMatch(/^address:/);
    expect(await page.locator('.tooltip h3').textContent()).toBe(first?.replace('address:', ''));
    await page.keyboard.press('Tab');
    expect(await focused()).not.toBe(first);
    await page.keyboard.press('Enter');
    expect(await page.locator('.node.selected').getAttribute('data-node')).toBe(await focused());
    await page.keyboard.press('Escape');
    expect(await page.locator('.node.selected').count()).toBe(0);
  });
});

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

describe('without data', () => {
  test('an idle node gets a hint how to make traffic, which the first traffic replaces', async () => {
    await using visited = await visit(browser, { prepare: () => undefined });
    const { page, fixture } = visited;
    await page.getByText('No traffic seen yet').waitFor();
    expect(await page.locator('.command code').textContent()).toBe(`curl -s ${fixture.url}health`);
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
