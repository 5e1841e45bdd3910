import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { poll } from '../live/probe.ts';
import { launch } from '../web/browser.ts';
import { Shop } from './shop.ts';

/** Takes the pictures of the page in the documentation that are of real pods: `npx tsx test/kubernetes/pictures.ts`, as root. */

const FOLDER = join(import.meta.dirname, '../../docs/images');
/** As long as the page's curves are. */
const TRAFFIC_MS = 30_000;
const WEB = 'workload:front/Deployment/web';
/** Others on the machine make connections too: those around the shop are drawn. */
const VIEW = new URLSearchParams({
  node: WEB,
  focus: WEB,
  hops: '2',
  noise: 'dns',
  tab: 'edges',
  metric: 'bytes',
});

async function picture(browser: Browser, colorScheme: 'light' | 'dark'): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme });
  await page.goto(`${shop.agent.url}/#${VIEW}`);
  await setTimeout(TRAFFIC_MS);
  await page.screenshot({ path: join(FOLDER, `kubernetes-${colorScheme}.png`) });
}

const shop = await Shop.open();
try {
  await poll(async () => (await shop.agent.map('group=workload&workload=CronJob/report')).edges.length > 0);
  await shop.remove('report');
  const browser = await launch();
  try {
    await Promise.all([picture(browser, 'light'), picture(browser, 'dark')]);
  } finally {
    await browser.close();
  }
} finally {
  await shop.close();
}
