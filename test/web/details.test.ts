import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch, openCluster, openShop, visit } from './browser.ts';
import { CLUSTER } from './cluster.ts';
import type { Fixture } from './fixture.ts';
import { clickEdge, nodeOf, rows, settled, soon } from './page.ts';
import { PARTIES, recordsOf } from './shop.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

const PAYMENTS = '#node=workload%3Ashop%2FDeployment%2Fpayments';

/** Four questions over one connection to a name server: one of them without an answer, one for a name that is not. */
function askFromPayments(fixture: Fixture): void {
  const connection = CLUSTER.find(({ client, port }) => client.comm === 'java' && port === 53);
  if (connection === undefined) throw new Error('payments asks nobody');
  const now = Date.now();
  const records = recordsOf(connection, now);
  const [record] = records;
  if (record === undefined) throw new Error('payments is not seen');
  fixture.report(records);
  const { source, dest, process, container, kubernetes } = record;
  const question = { transport: 'udp', source, server: dest, process, container, kubernetes, askedMs: now };
  const answer = { ...question, outcome: 'answered', latencyUs: 400 };
  fixture.ask([
    { ...answer, rcode: 'NOERROR' },
    { ...answer, rcode: 'NOERROR' },
    { ...answer, rcode: 'NXDOMAIN' },
    { ...question, outcome: 'timeout' },
  ]);
}

describe('the panel of a node', () => {
  test('has its golden signals, its last minute and its processes', async () => {
    await using visited = await visit(browser, {
      prepare: (fixture) => {
        openShop(fixture);
        fixture.processes = ['nginx', 'nginx: worker'].map((comm, index) => ({
          id: `${812 + index}-1`,
          pid: 812 + index,
          comm,
          state: 'running',
          container: { id: PARTIES.nginx.container, runtime: 'containerd' },
          cpu: { millicores: 100 + 400 * index },
          memory: { rssBytes: 12_000_000 },
        }));
      },
    });
    const { page, complaints } = visited;
    await settled(page);
    await page.getByLabel('Group by').selectOption('container');
    await nodeOf(page, PARTIES.nginx.container).waitFor({ state: 'detached' });
    await page.locator(`[data-node="container:${PARTIES.nginx.container}"]`).click();
    await soon(() => page.locator('.processes li').allInnerTexts()).toEqual([
      expect.stringMatching(/nginx: worker\s+813\s+0\.50 CPUs\s+12 MB/),
      expect.stringMatching(/nginx\s+812\s+0\.10 CPUs\s+12 MB/),
    ]);
    const signals = page.locator('.signals section');
    expect(await signals.first().textContent()).toMatch(/^Served.*p50 \/ p95 \/ p99/);
    expect(await signals.nth(1).textContent()).toContain('Errors0');
    await page.locator('.sparkline path').waitFor({ state: 'attached' });
    expect(complaints).toEqual([]);
  });

  test.each(['process', 'container', 'address', 'workload', 'service', 'label:app'])(
    'asks for nothing that is refused, whichever is selected by %s',
    async (group) => {
      await using visited = await visit(browser, { prepare: openCluster, hash: `#group=${group}` });
      const { page, fixture, complaints } = visited;
      await soon(() => page.locator('[data-node]').count()).toBeGreaterThan(5);
      const ids = await page
        .locator('[data-node]')
        .evaluateAll((nodes) => nodes.map((node) => node.getAttribute('data-node') ?? ''));
      const oneOfEachKind = new Map(ids.map((id) => [id.split(':')[0], id]));
      for (const id of oneOfEachKind.values()) {
        const listed = page.waitForResponse(/api\/v1\/flows\?/);
        await page.goto(`${fixture.url}#${new URLSearchParams({ group, node: id })}`);
        await listed;
        await page.locator('.inspector').waitFor();
        await page.evaluate(() => fetch('api/v1/status').then((answer) => answer.text()));
      }
      expect(complaints).toEqual([]);
    },
  );

  test('has what failed, by reason and peer, each a way to its flows', async () => {
    await using visited = await visit(browser, { prepare: openCluster, hash: PAYMENTS });
    const { page, complaints } = visited;
    const failures = page.locator('.failures button');
    await soon(() => failures.allTextContents()).toEqual([
      '3 timeout → api.bank.example:443',
      '1 reset ← checkout',
    ]);
    await failures.first().click();
    await soon(() => rows(page).count()).toBe(3);
    expect(await page.getByLabel('Search nodes and flows').inputValue()).toBe('failure:timeout');
    expect(await page.locator('.inspector').textContent()).toContain('api.bank.example');
    expect(await failures.count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('has its lookups, by name server', async () => {
    const prepare = (fixture: Fixture) => {
      openCluster(fixture);
      askFromPayments(fixture);
    };
    await using visited = await visit(browser, { prepare, hash: PAYMENTS });
    const { page, complaints } = visited;
    const lookups = page.locator('.signals section', { hasText: 'DNS' });
    await soon(() => lookups.allTextContents()).toEqual([
      expect.stringMatching(/^DNS → corednsQueries4TIMEOUT1NXDOMAIN1p50 \/ p95 \/ p99\S+ µs/),
    ]);
    expect(complaints).toEqual([]);
  });

  test('of an edge names what fails and how long round trips take', async () => {
    await using visited = await visit(browser);
    const { page } = visited;
    await settled(page);
    await clickEdge(page, 'smtp');
    const signals = await page.locator('.signals').textContent();
    expect(signals).toContain('Errors1');
    expect(signals).toMatch(/Round tripsp50 \/ p95 \/ p99\d/);
  });
});

describe('an export', () => {
  async function saved(page: Page, form: string): Promise<Buffer> {
    if ((await page.locator('.map-head .menu[open]').count()) === 0)
      await page.locator('summary', { hasText: 'Export' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.locator('.menu-item', { hasText: new RegExp(`^${form}`) }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(
      new RegExp(`^sysprobe-map-\\d{8}-\\d{6}\\.${form.toLowerCase()}$`),
    );
    return readFileSync(await download.path());
  }

  test('has what is drawn, as SVG, PNG, JSON and DOT', async () => {
    await using visited = await visit(browser, {
      prepare: openCluster,
      hash: '#expand=workload%3Ashop%2FDeployment%2Fcheckout&noise=dns',
    });
    const { page, complaints } = visited;
    await soon(() => page.locator('.map .node.pod').count()).toBe(2);
    const nodes = await page.locator('.map [data-node]').count();
    const json = JSON.parse((await saved(page, 'JSON')).toString());
    expect(json).toMatchObject({ group: 'workload', generatedAt: expect.any(String) });
    expect(json.nodes).toHaveLength(nodes);
    const svg = (await saved(page, 'SVG')).toString();
    expect(svg).toContain('>storefront</text>');
    expect(svg).toContain('3 timeout');
    expect(svg).not.toMatch(/var\(|NaN|undefined/);
    const png = await saved(page, 'PNG');
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect(png.length).toBeGreaterThan(20_000);
    const dot = (await saved(page, 'DOT')).toString();
    expect(dot).toContain('subgraph cluster_');
    expect(dot.match(/ -> /g)).toHaveLength(json.edges.length);
    expect(complaints).toEqual([]);
  });
});
