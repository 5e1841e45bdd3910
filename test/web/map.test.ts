import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch, visit } from './browser.ts';
import { drawn, nodeOf, settled, soon } from './page.ts';
import { PARTIES, recordsOf } from './shop.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

describe('the map', () => {
  test('draws every node in the shape of its kind and every edge towards the server', async () => {
    await using visited = await visit(browser);
    const { page, complaints } = visited;
    await settled(page);
    expect(await page.locator('.node.process').count()).toBeGreaterThan(5);
    expect(await page.locator('.map .node.address').count()).toBe(3);
    expect(await page.locator('.map .node.domain').count()).toBe(3);
    expect(await page.locator('.edge').count()).toBe(18);
    const outlines = await page
      .locator('.legend .node-shape')
      .evaluateAll((shapes) => shapes.map((shape) => shape.getAttribute('d')));
    expect(new Set(outlines).size).toBe(2);
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
    await page.getByLabel('Group by').selectOption('container');
    await soon(() => page.locator('.map .node.container').count()).toBe(7);
    expect(page.url()).toContain('group=container');
  });

  test('of very many nodes is a canvas, which takes pointer and keys, and says how many are left out', async () => {
    await using visited = await visit(browser, {
      hash: '#gather=off',
      prepare: (fixture) => {
        const clients = Array.from({ length: 2100 }, (_, n) => ({
          ip: `198.51.${100 + (n >> 8)}.${n & 255}`,
        }));
        fixture.report(
          clients.flatMap((client, n) =>
            recordsOf({ client, server: PARTIES.nginx, port: 443, forward: 1000 + n }, Date.now()),
          ),
        );
      },
    });
    const { page, complaints } = visited;
    await page.locator('.map-canvas').waitFor();
    expect(await page.locator('.hidden-marker').textContent()).toBe('hidden 101');
    expect(await page.locator('.map-surface').getAttribute('aria-label')).toContain('2,000 nodes');
    await page.locator('.map-surface').focus();
    await page.keyboard.press('ArrowDown');
    await soon(() => page.locator('.inspector h2').textContent()).toBe('nginx');
    await page.keyboard.press('Escape');
    expect(await page.locator('.inspector').count()).toBe(0);

    // While the nodes still move, another one may be clicked than was pointed at.
    await soon(async () => {
      await sweep(page);
      await page.mouse.down();
      await page.mouse.up();
      const [pointed = '?'] = await page.locator('.tooltip h3').allTextContents();
      const [name = '?'] = pointed.split(' ');
      return (await page.locator('.inspector').allTextContents()).join().includes(name);
    }).toBe(true);
    await page.locator('#search').fill('198.51.104.2');
    await soon(() => page.locator('.map [data-node]').count()).toBeGreaterThan(1);
    expect(complaints).toEqual([]);
  }, 120_000);
});

/** Moves the pointer over the map until it is over something. */
async function sweep(page: Page): Promise<void> {
  const box = await page.locator('.map-surface').boundingBox();
  if (box === null) throw new Error('the map has no size');
  const tooltip = page.locator('.tooltip h3');
  for (let step = 0; step < 400; step += 1) {
    const [column, row] = [step % 20, Math.floor(step / 20)];
    await page.mouse.move(box.x + ((column + 0.5) * box.width) / 20, box.y + ((row + 0.5) * box.height) / 20);
    if ((await tooltip.count()) === 0) continue;
    // What is drawn may be of the place before.
    await page.mouse.move(box.x + ((column + 0.5) * box.width) / 20, box.y + ((row + 0.5) * box.height) / 20);
    if ((await tooltip.count()) > 0) return;
  }
  throw new Error('there is nothing on the map to point at');
}
