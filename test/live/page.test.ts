import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launch } from '../web/browser.ts';
import { type BothPrograms, startBoth } from './agent.ts';
import { poll } from './probe.ts';
import { type RunningTraffic, startTraffic, traffic } from './traffic.ts';

/** Names that no other process of the machine has. */
const [CLIENT, SERVER, REFUSED] = ['pgc', 'pgs', 'pgr'].map((name) => `${name}-${process.pid}`) as [
  string,
  string,
  string,
];
const SENT = 50_000;

let browser: Browser;
let programs: BothPrograms;
let running: RunningTraffic;
let refusedPort: number;

beforeAll(async () => {
  [browser, programs] = await Promise.all([launch(), startBoth()]);
  // Goes on for as long as the tests do: each connection stays open for a second.
  running = await startTraffic('transfer', {
    ...{ 'comm-client': CLIENT, 'comm-server': SERVER },
    ...{ sent: SENT, received: 200_000, count: 10_000, hold: 1 },
  });
  refusedPort = (await traffic('refused', { count: 2, 'comm-client': REFUSED })).port;
});

afterAll(async () => {
  await running?.stop();
  await programs?.stop();
  await browser?.close();
});

/** Polls until the expectation holds. */
const soon = <T>(read: () => T) => expect.poll(read, { timeout: 30_000 });
const node = (page: Page, name: string) => page.locator(`.map [data-node="process:host/${name}"]`);
const edge = (page: Page, from: string, to: string) =>
  page.locator(`.map [data-edge*="process:host/${from}->${to}"]`);
const processes = (page: Page) => page.locator('tbody td.process').allTextContents();

interface Visit {
  page: Page;
  complaints: string[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** What is used of the browser's globals. */
interface Styles {
  getComputedStyle(element: unknown): { stroke: string };
}

/** The agent's own page. The search leaves out what others do on the machine. */
async function visit(search: string): Promise<Visit> {
  const page = await browser.newPage({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
  });
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(`${programs.agent.url}/#q=${search}`);
  return { page, complaints, [Symbol.asyncDispose]: () => page.close() };
}

it('draws real processes, with one edge from the client to the server', async () => {
  await using visited = await visit(CLIENT);
  const { page, complaints } = visited;
  await node(page, CLIENT).waitFor();
  await soon(() => edge(page, CLIENT, `process:host/${SERVER}`).count()).toBe(1);
  expect(await edge(page, SERVER, `process:host/${CLIENT}`).count()).toBe(0);
  await soon(() => node(page, CLIENT).getAttribute('aria-label')).toMatch(
    new RegExp(`^process ${CLIENT}: 1 active`),
  );
  await soon(() => edge(page, CLIENT, 'process').getAttribute('class')).toContain('busy');
  expect(await edge(page, CLIENT, 'process').getAttribute('class')).not.toMatch(/failing|broken/);
  expect(complaints).toEqual([]);
});

it('draws what was refused in red', async () => {
  await using visited = await visit(REFUSED);
  const { page } = visited;
  const line = edge(page, REFUSED, 'address:127.0.0.1');
  await line.waitFor();
  expect(await line.getAttribute('class')).toContain('broken');
  const stroke = await line
    .locator('.edge-line')
    .evaluate((element) => (globalThis as unknown as Styles).getComputedStyle(element).stroke);
  const [red = 0, green = 0, blue = 0] = (stroke.match(/[\d.]+/g) ?? []).map(Number);
  expect(red, stroke).toBeGreaterThan(1.5 * Math.max(green, blue));
  await node(page, REFUSED).click();
  await soon(() => page.locator('tbody td.dest').allTextContents()).toEqual([
    expect.stringMatching(new RegExp(`:${refusedPort}$`)),
    expect.stringMatching(new RegExp(`:${refusedPort}$`)),
  ]);
  expect(await page.locator('tbody td.state').allTextContents()).toEqual(['refused', 'refused']);
});

it('shows when what the filters of the search match was', async () => {
  await using visited = await visit(`comm:${REFUSED}`);
  const { page } = visited;
  const failed = page.locator('.bar-failed');
  await soon(() => failed.count()).toBeGreaterThan(0);
  const texts = await page.locator('.bars g:has(.bar-failed) title').allTextContents();
  // Both in one part of the time, or one in each of two.
  const counts = texts.map((text) => /: 0 B, 0 opened, (\d) failed$/.exec(text)?.[1]);
  expect(counts.reduce((sum, count) => sum + Number(count), 0)).toBe(2);
  await page.locator('#search').fill(`comm:${CLIENT}`);
  await soon(() => failed.count()).toBe(0);
  const busy = page.locator('.bar:not([height="0"])');
  await soon(() => busy.count()).toBeGreaterThan(0);
});

it('selects the node that is clicked, and shows its flows alone', async () => {
  await using visited = await visit('');
  const { page } = visited;
  await node(page, CLIENT).click();
  expect(await node(page, CLIENT).getAttribute('aria-pressed')).toBe('true');
  expect(await page.locator('.inspector h2').textContent()).toBe(CLIENT);
  await soon(async () => new Set(await processes(page))).toEqual(new Set([CLIENT]));
  await soon(() => page.locator('tbody td.sent').allTextContents()).toContain('50 kB');
  await page.keyboard.press('Escape');
  expect(await node(page, CLIENT).getAttribute('aria-pressed')).toBe('false');
  await soon(async () => (await processes(page)).some((name) => name !== CLIENT)).toBe(true);
});

it('searches map and table', async () => {
  await using visited = await visit('');
  const { page } = visited;
  await node(page, CLIENT).waitFor();
  await page.locator('#search').fill(REFUSED);
  await soon(() => node(page, CLIENT).count()).toBe(0);
  expect(await node(page, REFUSED).count()).toBe(1);
  // Others may have had many flows since, and the table is of the last ones.
  await soon(async () => (await processes(page)).filter((name) => name !== REFUSED)).toEqual([]);
  await page.locator('#search').fill('');
  await node(page, CLIENT).waitFor();
});

it('holds everything still while it is paused, and then goes on', async () => {
  await using visited = await visit(CLIENT);
  const { page } = visited;
  const rows = page.locator('tbody tr');
  const shown = () =>
    rows.evaluateAll((all) => all.map((row) => `${row.getAttribute('data-row')} ${row.textContent}`));
  await node(page, CLIENT).click();
  await soon(() => rows.count()).toBeGreaterThan(2);
  await page.getByRole('button', { name: 'Pause' }).click();
  const before = { rows: await shown(), label: await node(page, CLIENT).getAttribute('aria-label') };

  const closed = async () => {
    const { edges } = await programs.agent.map(`comm=${CLIENT}`);
    return edges.reduce((sum, { connections }) => sum + connections.closed, 0);
  };
  const closedThen = await closed();
  await poll(async () => (await closed()) > closedThen + 2);
  await soon(() => page.locator('.waiting').textContent()).toMatch(/flow/);
  expect({ rows: await shown(), label: await node(page, CLIENT).getAttribute('aria-label') }).toEqual(before);

  await page.getByRole('button', { name: 'Resume' }).click();
  await soon(shown).not.toEqual(before.rows);
});
