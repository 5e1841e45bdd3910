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
import { compiled, cpuSeconds } from './load.ts';

const PORT = 53;
const PAIRS = 10;
const SECONDS = 2;
const PARSE_ROUNDS = 15;
const PARSED = 20_000;

const ONE_BY_ONE = 40_000;
const UNSEEN = ['--no-dns-enabled'];

const queries = compiled('queries');

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
      const where = { netns: pair.left.name, server: pair.right.ip };
      return [
        await compare('DNS queries a second, one at a time', {
          how: `${ONE_BY_ONE} by bench/queries.c`,
          ask: () => oneByOne(where),
        }),
        await compare('DNS queries a second, as many as the machine can', {
          how: `${SECONDS} s of dnsperf`,
          ask: () => dnsperf(where, names),
        }),
        parseRate(),
      ];
    } finally {
      await server.stop();
      rmSync(folder, { recursive: true });
      pair.remove();
    }
  },
};

/** In turn without what sees DNS and with it, the other parts of the probe running in both. */
async function compare(what: string, { how, ask }: { how: string; ask(): Asked }): Promise<Figure> {
  const ratios: number[] = [];
  const rates: number[] = [];
  const cpuUs: number[] = [];
  let lost = 0;
  ask();
  for (let pair = 0; pair < PAIRS; pair++) {
    // What one run leaves behind slows the next: each comes first half of the times.
    const before = pair % 2 === 0 ? await askWith(UNSEEN, ask) : undefined;
    const seen = await askWith([], ask);
    const unseen = before ?? (await askWith(UNSEEN, ask));
    ratios.push(seen.rate / unseen.rate);
    rates.push(unseen.rate);
    cpuUs.push(seen.cpuUs - unseen.cpuUs);
    lost += seen.lost;
  }
  return {
    what: `${what}, seen / not seen`,
    figure: spread(ratios, 3),
    how:
      `${PAIRS} pairs of ${how}, against unbound in another namespace; ${median(rates).toFixed(0)} a second when not ` +
      `seen; the probe used ${spread(cpuUs, 1)} µs more of a core for each; ${lost} messages lost`,
  };
}

interface Asked {
  queries: number;
  /** A second. */
  rate: number;
}

async function askWith(flags: readonly string[], ask: () => Asked) {
  const probe = await startProbe(['--log-level', 'error', ...flags]);
  try {
    const before = cpuSeconds(probe.pid);
    const { queries, rate } = ask();
    const cpuUs = ((cpuSeconds(probe.pid) - before) / queries) * 1e6;
    const { loss } = await probe.status();
    return { rate, cpuUs, lost: loss.ringDns ?? 0 };
  } finally {
    await probe.stop();
  }
}

interface Where {
  netns: string;
  server: string;
}

function oneByOne({ netns, server }: Where): Asked {
  const asked = inNetns(netns, [queries, server, PORT, ONE_BY_ONE]);
  return { queries: ONE_BY_ONE, rate: ONE_BY_ONE / Number(asked) };
}

function dnsperf({ netns, server }: Where, names: string): Asked {
  const flags = ['-s', server, '-p', PORT, '-d', names, '-l', SECONDS, '-c', 4, '-q', 100];
  const text = inNetns(netns, ['dnsperf', ...flags]);
  return {
    queries: Number(/Queries completed:\s+(\d+)/.exec(text)?.[1]),
    rate: Number(/Queries per second:\s+([\d.]+)/.exec(text)?.[1]),
  };
}

function inNetns(netns: string, command: readonly (string | number)[]): string {
  const args = ['netns', 'exec', netns, ...command.map(String)];
  return execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
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
