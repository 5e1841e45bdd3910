// What `npm start` shows while it runs: where to look, and one line of what the programs see.
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const askWithinMs = 2_000;
const everyMs = 1_000;

/** Of all the counters in `sysprobe status`, those of records and events that somebody did not get. */
const lost = /^sysprobe_lost_total\{reason="(?:ring\w+|changesMissed|eventsMissed)"\} (\d+)$/gm;

/** GET; undefined when nothing answers. `target` is `{ socketPath, path }` or `{ host, port, path }`. */
export function ask(target) {
  return new Promise((resolve) => {
    const asked = request({ ...target, timeout: askWithinMs }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('error', () => resolve(undefined));
      answer.on('end', () => resolve({ status: answer.statusCode, text: Buffer.concat(chunks).toString() }));
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(undefined));
    asked.end();
  });
}

/** Runs until `signal`. */
export async function showLive(line, { socket, page }, signal) {
  let before = await readFigures(socket, page);
  while (!signal.aborted) {
    await sleep(everyMs, undefined, { signal }).catch(() => {});
    const now = await readFigures(socket, page);
    if (now && !signal.aborted) line.show(describe(now, before ?? now));
    before = now;
  }
}

async function readFigures(socket, page) {
  const [metrics, map] = await Promise.all([
    ask({ socketPath: socket, path: '/metrics' }),
    ask({ ...page, path: '/api/v1/map?group=process' }),
  ]);
  if (metrics?.status !== 200 || map?.status !== 200) return undefined;
  const edges = JSON.parse(map.text).edges;
  return {
    at: performance.now(),
    opened: sample(metrics.text, 'sysprobe_events_total{type="flow.opened"}'),
    active: sample(metrics.text, 'sysprobe_table_entries{table="flows"}'),
    lost: [...metrics.text.matchAll(lost)].reduce((total, [, count]) => total + Number(count), 0),
    bytesPerSecond: edges.reduce((total, { rate }) => total + rate.forward + rate.backward, 0),
  };
}

function describe(now, before) {
  const seconds = Math.max((now.at - before.at) / 1000, 0.001);
  const opened = (now.opened - before.opened) / seconds;
  return [
    `${opened.toFixed(opened < 10 ? 1 : 0)} flows/s`,
    `${now.active} active`,
    `${formatBytes(now.bytesPerSecond)}/s`,
    `${now.lost} lost`,
  ].join('   ');
}

function formatBytes(bytes) {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  const power = Math.min(bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10), units.length - 1);
  const value = bytes / 1024 ** power;
  return `${value.toFixed(power === 0 || value >= 100 ? 0 : 1)} ${units[power]}`;
}

/** The value of one series of the OpenMetrics text. */
function sample(text, series) {
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? 0 : Number(line.slice(series.length + 1));
}
