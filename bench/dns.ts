import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseMessage } from '../src/probe/dns/message.ts';
import { exchanges } from '../test/dns/corpus.ts';
import { startUnbound } from '../test/live/dns-servers.ts';
import { makeNamespacePair } from '../test/live/namespaces.ts';
import { startProbe } from '../test/live/probe.ts';
import type { Benchmark, Figure } from './figures.ts';
import { median, spread } from './figures.ts';
import { cpuSeconds } from './load.ts';

const PORT = 53;
const PAIRS = 10;
const SECONDS = 2;
const PARSE_ROUNDS = 15;
const PARSED = 20_000;

const loads = [
  { what: 'DNS queries a second, one at a time', clients: 1, outstanding: 1 },
  { what: 'DNS queries a second, as many as the machine can', clients: 4, outstanding: 100 },
] as const;

/** What seeing DNS costs who asks, and what reading it costs the probe. */
export const dns: Benchmark = {
  name: 'dns',
  async run() {
    const pair = makeNamespacePair('dnsb');
    const folder = mkdtempSync(join(tmpdir(), 'sysprobe-bench-dns-'));
    const names = join(folder, 'names');
    writeFileSync(
      names,
      Array.from({ length: 1000 }, (_, i) => `n${i}.shop.test A\nweb.shop.test A\n`).join(''),
    );
    const server = await startUnbound({
      netns: pair.right.name,
      listen: [pair.right.ip],
      port: PORT,
      log: false,
    });
    try {
      const figures: Figure[] = [];
      for (const load of loads) {
        const ask = () => dnsperf(pair.left.name, { server: pair.right.ip, names, ...load });
        figures.push(await compare(load.what, ask));
      }
      return [...figures, parseRate()];
    } finally {
      await server.stop();
      rmSync(folder, { recursive: true });
      pair.remove();
    }
  },
};

/** In turn without what sees DNS and with it, the other parts of the probe running in both. */
async function compare(what: string, ask: () => Asked): Promise<Figure> {
  const ratios: number[] = [];
  const rates: number[] = [];
  const cpuUs: number[] = [];
  let lost = 0;
  ask();
  for (let pair = 0; pair < PAIRS; pair++) {
    const without = await askWith(['--no-dns-enabled'], ask);
    const seen = await askWith([], ask);
    ratios.push(seen.rate / without.rate);
    rates.push(without.rate);
    cpuUs.push((seen.cpuSeconds / seen.queries) * 1e6);
    lost += seen.lost;
  }
  return {
    what: `${what}, seen / not seen`,
    figure: spread(ratios, 3),
    how:
      `${PAIRS} pairs of ${SECONDS} s of dnsperf against unbound in another namespace; ` +
      `${median(rates).toFixed(0)} a second when not seen; the probe used ${spread(cpuUs, 1)} µs of a core a query; ` +
      `${lost} messages lost`,
  };
}

interface Asked {
  queries: number;
  /** A second. */
  rate: number;
}

async function askWith(flags: string[], ask: () => Asked) {
  const probe = await startProbe(['--log-level', 'error', ...flags]);
  try {
    const before = cpuSeconds(probe.pid);
    const asked = ask();
    const used = cpuSeconds(probe.pid) - before;
    const { loss } = await probe.status();
    return { ...asked, cpuSeconds: used, lost: loss.ringDns ?? 0 };
  } finally {
    await probe.stop();
  }
}

function dnsperf(
  netns: string,
  options: { server: string; names: string; clients: number; outstanding: number },
): Asked {
  const { server, names, clients, outstanding } = options;
  const flags = ['-s', server, '-p', PORT, '-d', names, '-l', SECONDS, '-c', clients, '-q', outstanding];
  const command = ['netns', 'exec', netns, 'dnsperf', ...flags.map(String)];
  const text = execFileSync('ip', command, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return {
    queries: Number(/Queries completed:\s+(\d+)/.exec(text)?.[1]),
    rate: Number(/Queries per second:\s+([\d.]+)/.exec(text)?.[1]),
  };
}

/** Answers that real servers gave, the long and the rare ones among them. */
function parseRate(): Figure {
  const answers = exchanges.flatMap((exchange) => exchange.answers);
  const bytes = answers.reduce((sum, answer) => sum + answer.length, 0) / answers.length;
  const rates = Array.from({ length: PARSE_ROUNDS }, () => {
    const startedAt = performance.now();
    for (let done = 0; done < PARSED; done++)
      parseMessage(answers[done % answers.length] ?? new Uint8Array());
    return PARSED / (performance.now() - startedAt);
  });
  return {
    what: 'DNS answers parsed, one thread',
    figure: `${spread(rates, 0)} thousand a second`,
    how: `${PARSE_ROUNDS} rounds of ${PARSED} of the ${answers.length} answers in test/dns/corpus, ${bytes.toFixed(0)} bytes on average`,
  };
}
