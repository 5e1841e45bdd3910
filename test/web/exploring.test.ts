import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch, openCluster, openShop, visit } from './browser.ts';
import { column, nodeOf, rows, settled, soon } from './page.ts';
import { PARTIES, recordsOf } from './shop.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

const cluster = (hash = '') => visit(browser, { hash, prepare: openCluster });
const names = (page: Page) => page.locator('.map .node-name').allTextContents();
const chips = (page: Page) => page.locator('.chip').allTextContents();

describe('with the names of Kubernetes', () => {
  test('workloads are drawn by default, and another choice stays in the address', async () => {
    await using visited = await cluster();
    const { page } = visited;
    await nodeOf(page, 'storefront').waitFor();
    expect(await page.locator('.map .node.workload').count()).toBe(9);
    expect(page.url()).not.toContain('group');
    await page.getByLabel('Group by').selectOption('namespace');
    await soon(() => page.locator('.map .node.namespace').count()).toBe(3);
    expect(page.url()).toContain('group=namespace');
    await page.getByLabel('Group by').selectOption('label');
    await soon(async () => (await names(page)).includes('app=cart')).toBe(true);
    expect(page.url()).toContain('group=label%3Aapp');
  });

  test('the table has the names of both ends', async () => {
    await using visited = await cluster('#q=to-port%3A6379');
    const { page } = visited;
    await soon(() => rows(page).count()).toBe(4);
    expect(new Set(await column(page, 'workload'))).toEqual(new Set(['cart', 'redis']));
    expect(new Set(await column(page, 'peer'))).toEqual(new Set(['redis', 'cart']));
  });
});

describe('opening nodes', () => {
  test('a double click draws the pods of a workload inside of it, its frame takes them back', async () => {
    await using visited = await cluster();
    const { page } = visited;
    await nodeOf(page, 'checkout').dblclick();
    await soon(() => page.locator('.map .node.pod').count()).toBe(2);
    expect(await page.locator('.hull-name').textContent()).toContain('checkout');
    expect(await nodeOf(page, 'checkout').count()).toBe(0);
    expect(await chips(page)).toEqual(['inside checkout']);
    await page.reload();
    await soon(() => page.locator('.map .node.pod').count()).toBe(2);
    await page.locator('.hull-title').click();
    await nodeOf(page, 'checkout').waitFor();
    expect(await page.locator('.hull-title').count()).toBe(0);
    expect(page.url()).not.toContain('expand');
  });

  test('Enter selects, Enter again opens; e collapses', async () => {
    await using visited = await cluster();
    const { page } = visited;
    await nodeOf(page, 'cart').focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('.inspector h2').textContent()).toBe('cart');
    await page.keyboard.press('Enter');
    await soon(() => page.locator('.map .node.pod').count()).toBe(2);
    await page.locator('.map .node.pod').first().focus();
    await page.keyboard.press('e');
    await nodeOf(page, 'cart').waitFor();
  });

  test('a double click on what holds nothing shows who is around it', async () => {
    await using visited = await visit(browser);
    const { page } = visited;
    await settled(page);
    await nodeOf(page, 'mailer').dblclick();
    await soon(() => page.locator('.map [data-node]').count()).toBe(3);
    expect(await chips(page)).toEqual(['around mailer, 1 hop']);
    expect(await page.locator('.hidden-marker').textContent()).toBe('hidden 13');
    await nodeOf(page, 'mailer').focus();
    await page.keyboard.press('f');
    await soon(() => page.locator('.map [data-node]').count()).toBeGreaterThan(5);
    await page.locator('.chip').click();
    await page.keyboard.press('Escape');
    await settled(page);
  });
});

describe('many addresses', () => {
  test('are their network, which opens; all of them are drawn when asked for', async () => {
    await using visited = await visit(browser, {
      prepare: (fixture) => {
        openShop(fixture);
        const visitors = Array.from({ length: 70 }, (_, n) => ({ ip: `198.51.100.${100 + n}` }));
        fixture.report(
          visitors.flatMap((client) => recordsOf({ client, server: PARTIES.nginx, port: 443 }, Date.now())),
        );
      },
    });
    const { page } = visited;
    const network = page.locator('.map .node.network');
    const addresses = page.locator('.map .node.address');
    await soon(() => network.count()).toBe(1);
    expect(await addresses.count()).toBe(2);
    await network.click();
    await soon(() => page.locator('.inspector').textContent()).toContain('members 71');
    await soon(() => rows(page).count()).toBe(71);
    await network.dblclick();
    await soon(() => addresses.count()).toBe(73);
    expect(await page.locator('.hull-name').textContent()).toContain('198.51.100.0/24');
    await page.locator('.hull-title').click();
    await soon(() => addresses.count()).toBe(2);
    await page.locator('summary', { hasText: 'Noise' }).click();
    await page.locator('.menu[open]').getByLabel('Addresses').uncheck();
    await soon(() => addresses.count()).toBe(73);
    expect(page.url()).toContain('gather=off');
  });
});

describe('the arrow keys', () => {
  test('go to the node in their direction', async () => {
    await using visited = await visit(browser);
    const { page } = visited;
    await settled(page);
    await nodeOf(page, 'nginx').focus();
    const left = async () => (await page.locator('[data-node]:focus').boundingBox())?.x ?? 0;
    const before = await left();
    await page.keyboard.press('ArrowRight');
    expect(await left()).toBeGreaterThan(before);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    expect(await left()).toBeLessThan(before);
  });
});

describe('hiding', () => {
  test('h hides a node; the chip, which survives a reload, shows it again', async () => {
    await using visited = await visit(browser);
    const { page } = visited;
    await settled(page);
    expect(await page.locator('.hidden-marker').textContent()).toBe('hidden 0');
    await nodeOf(page, 'prometheus').focus();
    await page.keyboard.press('h');
    await soon(() => nodeOf(page, 'prometheus').count()).toBe(0);
    expect(await page.locator('.hidden-marker').textContent()).toBe('hidden 1');
    await page.reload();
    await soon(() => chips(page)).toEqual(['hidden prometheus']);
    await page.locator('.chip').click();
    await settled(page);
  });

  test('noise rules leave out monitoring, DNS and probes; pinned nodes stay', async () => {
    await using visited = await cluster();
    const { page } = visited;
    await nodeOf(page, 'prometheus').click();
    await page.getByRole('button', { name: 'Pin' }).click();
    await page.locator('summary', { hasText: 'Noise' }).click();
    for (const rule of ['DNS', 'Monitoring', 'Health probes'])
      await page.locator('.menu[open]').getByLabel(rule).check();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await soon(() => nodeOf(page, 'coredns').count()).toBe(0);
    expect(await nodeOf(page, 'kubelet').count()).toBe(0);
    expect(await nodeOf(page, 'prometheus').count()).toBe(1);
    expect(page.url()).toContain('noise=dns%2Cmonitoring%2Cprobes');
    await page
      .getByRole('button', { name: /^hidden/ })
      .first()
      .click();
    await nodeOf(page, 'coredns').waitFor();
  });

  test('the slider leaves out quiet edges, never those that fail', async () => {
    await using visited = await visit(browser, { hash: '#metric=bytes' });
    const { page } = visited;
    await settled(page);
    await page.getByLabel('Hide quieter').fill('70');
    await soon(() => page.locator('.edge').count()).toBeLessThan(10);
    expect(await page.locator('[data-edge*="payments"]').count()).toBe(1);
    expect(await page.locator('[data-edge*="smtp"]').count()).toBe(1);
    expect(await page.locator('.hidden-marker').textContent()).not.toBe('hidden 0');
  });
});

describe('what lines show', () => {
  test('is the chosen metric, on labels and as thickness', async () => {
    await using visited = await visit(browser);
    const { page } = visited;
    await settled(page);
    await page.getByLabel('Lines show').selectOption('rtt');
    const labels = () => page.locator('.edge-label').allTextContents();
    await soon(async () => (await labels()).some((label) => /^[\d.]+ (µs|ms)$/.test(label))).toBe(true);
    const width = async (part: string) =>
      Number(await page.locator(`[data-edge*="${part}"] .edge-line`).getAttribute('stroke-width'));
    expect(await width('198.51.100.23')).toBeGreaterThan(await width('->process:host/kubelet'));
    expect(page.url()).toContain('metric=rtt');
  });
});

describe('the table of edges', () => {
  test('has the same selection as the map, and any order', async () => {
    await using visited = await visit(browser, { hash: '#tab=edges' });
    const { page } = visited;
    await soon(() => rows(page).count()).toBe(18);
    await page.getByRole('columnheader', { name: 'Failed', exact: true }).getByRole('button').click();
    await soon(async () => (await column(page, 'server'))[0]).toBe('api.payments.example');
    expect((await column(page, 'failed'))[0]).toBe('2 timeout, 1 refused');
    await rows(page).first().click();
    expect(await page.locator('.edge.selected').getAttribute('data-edge')).toContain('payments');
    await soon(() => rows(page).count()).toBe(1);
  });
});

describe('columns', () => {
  test('are chosen, and stay in the address', async () => {
    await using visited = await visit(browser);
    const { page } = visited;
    await settled(page);
    await page.locator('summary[title="Choose columns"]').click();
    await page.locator('.menu[open]').getByLabel('PID').check();
    await page.locator('.menu[open]').getByLabel('Container').uncheck();
    await soon(() => page.getByRole('columnheader', { name: 'PID' }).count()).toBe(1);
    expect(await page.getByRole('columnheader', { name: 'Container' }).count()).toBe(0);
    await page.reload();
    await soon(() => column(page, 'pid')).toContain('1185');
  });
});
