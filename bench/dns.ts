import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseMessage } from '../src/probe/dns/message.ts';
import { type BpfObject, loadNative } from '../src/probe/native.ts';
import { readCgroupMounts } from '../src/probe/owners/cgroup-mounts.ts';
import { openDns } from '../src/probe/sources/dns-hooks.ts';
import { exchanges } from '../test/dns/corpus.ts';
import { startUnbound } from '../test/live/dns-servers.ts';
import { makeNamespacePair } from '../test/live/namespaces.ts';
import type { Benchmark, Figure } from './figures.ts';
import { median, ownCpuSeconds, spread } from './figures.ts';
import { compiled, cpuSeconds, load } from './load.ts';
import { runTimes } from './run-stats.ts';
import { compareWithProbe } from './with-probe.ts';

const PORT = 53;
const PAIRS = 10;
const ROUNDS = 8;
const QUESTIONS = 20_000;
const NAMES = 2000;
const PASSES = 30;
const PARSE_ROUNDS = 15;
const PARSED = 20_000;
/** Room for all messages of a load: nothing reads them meanwhile. */
const RING_BYTES = 64 * 1024 * 1024;

const queries = compiled('queries');
const buffer = new Uint8Array(1 << 20);

/** What seeing DNS costs who asks, and what reading it costs the probe. */
export const dns: Benchmark = {
  name: 'dns',
  async run() {
    const pair = makeNamespacePair('dnsb');
    const folder = mkdtempSync(join(tmpdir(), 'sysprobe-bench-dns-'));
    const names = join(folder, 'names');
    // Every other one is not there.
    const asked = Array.from({ length: NAMES / 2 }, (_, i) => `n${i}.shop.test A\nweb.shop.test A\n`);
    writeFileSync(names, asked.join(''));
    const options = { netns: pair.right.name, listen: [pair.right.ip], port: PORT, log: false };
    const server = await startUnbound(options);
    try {
      const where = { netns: pair.left.name, server: pair.right.ip, serverPid: server.pid };
      return [...oneByOne(where), ...inKernel(where), await manyAtOnce(where, names), parseRate()];
    } finally {
      await server.stop();
      rmSync(folder, { recursive: true });
      pair.remove();
    }
  },
};

interface Where {
  netns: string;
  server: string;
  serverPid: number;
}

/** The programs alone: what reads their records would run beside. */
function oneByOne(where: Where): Figure[] {
  ask(where);
  const rates: number[] = [];
  const ratios: number[] = [];
  const cpuRatios: number[] = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    // What one run leaves behind slows the next: each comes first half of the times.
    const before = pair % 2 === 0 ? ask(where) : undefined;
    const seen = whileOpen(() => ask(where));
    const unseen = before ?? ask(where);
    rates.push(QUESTIONS / unseen.seconds);
    ratios.push(unseen.seconds / seen.seconds);
    cpuRatios.push(unseen.cpuSeconds / seen.cpuSeconds);
  }
  const how = `${PAIRS} pairs of queries ${QUESTIONS} against unbound in another namespace`;
  return [
    {
      what: 'DNS queries a second, one at a time, with the programs / without',
      figure: spread(ratios, 3),
      how: `${how}; ${median(rates).toFixed(0)} a second without`,
    },
    {
      what: 'the same, by seconds of the processor that client and server used',
      figure: spread(cpuRatios, 3),
      how: `${how}; other programs on the machine change it less`,
    },
  ];
}

function inKernel(where: Where): Figure[] {
  return [
    { what: 'of a DNS query and its answer', action: () => void ask(where), per: QUESTIONS, unit: 'query' },
    {
      what: 'in sockets pingpong',
      action: () => void load('pingpong', QUESTIONS),
      per: QUESTIONS,
      unit: 'request',
    },
  ].map(({ what, action, per, unit }) =>
    whileOpen((object) => {
      const { nsPerRun, runs } = runTimes(object, ROUNDS, () => {
        while (object.drain('events', buffer) > 0);
        action();
      });
      return {
        what: `kernel time of the DNS programs a run, ${what}`,
        figure: `${spread(nsPerRun, 0)} ns`,
        how: `run statistics, ${ROUNDS} rounds; ${(runs / per).toFixed(1)} runs for each ${unit}`,
      };
    }),
  );
}

function whileOpen<T>(action: (object: BpfObject) => T): T {
  const { object, reason } = openDns({
    native: loadNative(),
    enabled: true,
    ports: [PORT],
    cgroup: readCgroupMounts('/proc').unified,
    cgroupV1: false,
    ringBytes: RING_BYTES,
    runStats: false,
    onBacklog: () => undefined,
  });
  if (object === undefined) throw new Error(reason);
  try {
    return action(object);
  } finally {
    object.close();
  }
}

/** QUESTIONS, each asked when the one before it was answered. */
function ask({ netns, server, serverPid }: Where): { seconds: number; cpuSeconds: number } {
  const before = cpuSeconds(serverPid);
  const [seconds = Number.NaN, own = Number.NaN] = inNetns(netns, [queries, server, PORT, QUESTIONS])
    .split(' ')
    .map(Number);
  return { seconds, cpuSeconds: own + cpuSeconds(serverPid) - before };
}

/** With both processors busy, what the probe does is taken from client and server. */
function manyAtOnce({ netns, server }: Where, names: string): Promise<Figure> {
  const command = ['dnsperf', '-s', server, '-p', PORT, '-d', names, '-n', PASSES, '-c', 4, '-q', 100];
  return compareWithProbe({
    what: 'DNS queries a second, as many as the machine can',
    how: `dnsperf with ${PASSES * NAMES} queries`,
    run: () => Number(/Run time \(s\):\s+([\d.]+)/.exec(inNetns(netns, command))?.[1]),
  });
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
    const before = ownCpuSeconds();
    for (let done = 0; done < PARSED; done++)
      parseMessage(answers[done % answers.length] ?? new Uint8Array());
    return PARSED / (ownCpuSeconds() - before) / 1000;
  });
  return {
    what: 'DNS answers parsed',
    figure: `${spread(rates, 0)} thousand in a second of processor time`,
    how: `${PARSE_ROUNDS} rounds of ${PARSED} of the ${answers.length} answers in test/dns/corpus, ${bytes.toFixed(0)} bytes on average`,
  };
}
