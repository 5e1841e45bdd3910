import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { CLUSTER } from './cluster.ts';
import { Fixture } from './fixture.ts';
import { type Connection, recordsOf, SHOP } from './shop.ts';

const ROOT = join(import.meta.dirname, '../..');
const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';
const SWITCHES = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Builds the page when there is none, and starts the browser that the tests of one file share. */
export async function launch(): Promise<Browser> {
  if (!existsSync(join(ROOT, 'dist/web/index.html'))) {
    execFileSync('npx', ['vite', 'build', '--logLevel', 'error'], { cwd: ROOT });
  }
  return chromium.launch({ executablePath: EXECUTABLE, args: SWITCHES });
}

export interface Visit {
  page: Page;
  fixture: Fixture;
  /** What the page wrote to the console as an error, what it threw, and what it was refused. */
  complaints: string[];
  [Symbol.asyncDispose](): Promise<void>;
}

export interface VisitOptions {
  hash?: string;
  /** Called before the page is loaded. Default: the shop has been running. */
  prepare?: (fixture: Fixture) => void;
  size?: { width: number; height: number };
  reducedMotion?: 'reduce' | 'no-preference';
  colorScheme?: 'light' | 'dark';
}

/** One page with an API of its own. */
export async function visit(browser: Browser, options: VisitOptions = {}): Promise<Visit> {
  const { hash = '', prepare = openShop, size = { width: 1440, height: 900 } } = options;
  const fixture = await Fixture.start();
  prepare(fixture);
  const page = await browser.newPage({
    viewport: size,
    reducedMotion: options.reducedMotion ?? 'reduce',
    colorScheme: options.colorScheme ?? 'light',
  });
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
  });
  await page.goto(fixture.url + hash);
  return {
    page,
    fixture,
    complaints,
    async [Symbol.asyncDispose]() {
      await page.close();
      await fixture.close();
    },
  };
}

/** The shop's connections, opened one after the other up to now. */
export function openShop(fixture: Fixture): void {
  report(fixture, SHOP);
}

/** The shop on Kubernetes, which the agent has the names of. */
export function openCluster(fixture: Fixture): void {
  fixture.kubernetes = 'on';
  report(fixture, CLUSTER);
}

function report(fixture: Fixture, connections: readonly Connection[]): void {
  const now = Date.now();
  fixture.report(connections.flatMap((connection, index) => recordsOf(connection, now - index * 1000)));
}
