import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { launch, visit } from '../test/web/browser.ts';
import { type Party, recordsOf } from '../test/web/shop.ts';
import { type Benchmark, type Figure, spread } from './figures.ts';

const SIZES = [200, 1000, 2000];
const EDGES_A_NODE = 2;
const LAYOUTS = 3;
const PANS = 60;
const ASSETS = join(import.meta.dirname, '../dist/web/assets');

export const page: Benchmark = {
  name: 'page',
  async run() {
    const browser = await launch();
    try {
      const figures: Figure[] = [bundle()];
      for (const size of SIZES) figures.push(...(await measure(browser, size)));
      return figures;
    } finally {
      await browser.close();
    }
  },
};

/** What a browser that has seen nothing of it fetches. */
function bundle(): Figure {
  const files = readdirSync(ASSETS).map((name) => readFileSync(join(ASSETS, name)));
  const kib = (bytes: number) => (bytes / 1024).toFixed(0);
  const raw = files.reduce((sum, file) => sum + file.length, 0);
  const packed = files.reduce((sum, file) => sum + gzipSync(file).length, 0);
  return {
    what: 'the page, all of its files',
    figure: `${kib(packed)} KiB with gzip`,
    how: `${files.length} files of ${kib(raw)} KiB in dist/web/assets`,
  };
}

async function measure(browser: Browser, size: number): Promise<Figure[]> {
  await using visited = await visit(browser, {
    prepare: (fixture) => fixture.report(connections(size)),
    reducedMotion: 'no-preference',
  });
  const { page: tab } = visited;
  await laidOut(tab, 1);
  for (let layout = 1; layout < LAYOUTS; layout += 1) {
    await tab.getByRole('button', { name: 'Arrange the map anew' }).click();
    await laidOut(tab, layout + 1);
  }
  const layouts = await tab.evaluate<number[]>(
    "performance.getEntriesByName('layout').map(({ duration }) => duration)",
  );
  const drawn = (await tab.locator('.map-canvas').count()) > 0 ? 'canvas' : 'SVG';
  const frames = await pan(tab);
  const how = `headless chromium, software raster, ${EDGES_A_NODE} edges a node`;
  return [
    { what: `layout of ${size} nodes`, figure: `${spread(layouts, 0)} ms`, how: `${how}, in the worker` },
    {
      what: `a frame while ${size} nodes are moved`,
      figure: `${spread(frames, 0)} ms`,
      how: `${how}, drawn as ${drawn}, ${frames.length} frames`,
    },
  ];
}

/** Containers of which each calls a few others, the ones with low numbers more often: as services are called. */
function connections(size: number) {
  const now = Date.now();
  const parties = Array.from({ length: size }, (_, index): Party => {
    const ip = `10.${1 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
    return { ip, comm: `service-${index}` };
  });
  return parties.flatMap((client, index) =>
    Array.from({ length: EDGES_A_NODE }, (_, edge) => {
      const share = ((index * 7 + edge * 31) % 101) / 101;
      const server = parties[Math.floor(share ** 2 * size)] ?? client;
      return recordsOf({ client, server, port: 8080 + edge, forward: 1000 * (1 + index), rttUs: 200 }, now);
    }).flat(),
  );
}

const DEADLINE_MS = 120_000;

async function laidOut(tab: Page, times: number): Promise<void> {
  const until = Date.now() + DEADLINE_MS;
  while ((await tab.evaluate<number>("performance.getEntriesByName('layout').length")) < times) {
    if (Date.now() > until) throw new Error(`the map was not laid out within ${DEADLINE_MS} ms`);
    await delay(50);
  }
}

/** Times between frames while the map is dragged in circles. */
async function pan(tab: Page): Promise<number[]> {
  const box = await tab.locator('.map-surface').boundingBox();
  if (box === null) throw new Error('the map has no size');
  const [x, y] = [box.x + box.width / 2, box.y + box.height - 20];
  await tab.evaluate(`(() => {
    globalThis.frames = [];
    let last = performance.now();
    const step = (now) => { globalThis.frames.push(now - last); last = now; requestAnimationFrame(step); };
    requestAnimationFrame(step);
  })()`);
  await tab.mouse.move(x, y);
  await tab.mouse.down();
  for (let step = 0; step < PANS; step += 1) {
    await tab.mouse.move(x + 80 * Math.cos(step / 5), y - 80 + 80 * Math.sin(step / 5));
  }
  await tab.mouse.up();
  return (await tab.evaluate<number[]>('globalThis.frames')).slice(5);
}
