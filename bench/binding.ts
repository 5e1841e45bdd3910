import { execFileSync } from 'node:child_process';
import { startProbe } from '../test/live/probe.ts';
import type { Taken } from './binding-child.ts';
import { type Benchmark, type Figure, median, spread } from './figures.ts';
import { cpuSeconds, load, residentMiB } from './load.ts';

const PAIRS = 5;
const CONNECTIONS = 5000;
const SOCKETS = 20_000;
const BUSY_CONNECTIONS = 20_000;

/** What a whole probe needs. */
interface Probed {
  startSeconds: number;
  residentMiB: number;
  busySeconds: number;
}

type Both<T> = { addon: T; ffi: T };

/** The two bindings of libbpf, each in processes of its own, in turn; times are those of the processor. */
export const binding: Benchmark = {
  name: 'binding',
  async run() {
    const parts: Both<Taken>[] = [];
    const probes: Both<Probed>[] = [];
    for (let pair = 0; pair < PAIRS; pair++) {
      const addon = take('addon');
      parts.push({ addon, ffi: take('ffi') });
      const probed = await probe('addon');
      probes.push({ addon: probed, ffi: await probe('ffi') });
    }
    const how = `${PAIRS} pairs of processes, time of the processor`;
    return [
      compared('moving records out of a ring, thousand a second', parts, ({ recordsPerMs }) => recordsPerMs, {
        how: `${how}, the best of 5 rounds with the records of ${CONNECTIONS} real connections each`,
      }),
      compared('a snapshot of TCP, thousand sockets a second', parts, ({ socketsPerMs }) => socketsPerMs, {
        how: `${how}, the best of 5 rounds with ${SOCKETS} open sockets`,
      }),
      compared('one lookup in a map, µs', parts, ({ lookupUs }) => lookupUs, {
        how: `${how}, the best of 5 rounds of 20,000`,
      }),
      compared('loading the binding, ms', parts, ({ loadMs }) => loadMs, { how }),
      compared('opening, loading and attaching bpf/tcp.bpf.o, ms', parts, ({ objectMs }) => objectMs, {
        how,
      }),
      compared('start of system-probe until it answers, s', probes, ({ startSeconds }) => startSeconds, {
        how,
      }),
      compared('resident memory of system-probe, MiB', probes, (probed) => probed.residentMiB, {
        how: `${PAIRS} pairs of processes, after the connections of the line below`,
      }),
      compared('connections one after another in system-probe, s', probes, (probed) => probed.busySeconds, {
        how: `${how}, ${BUSY_CONNECTIONS} of them`,
      }),
    ];
  },
};

function take(name: keyof Both<Taken>): Taken {
  const args = ['--import', 'tsx', 'bench/binding-child.ts', name, `${CONNECTIONS}`, `${SOCKETS}`];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

async function probe(name: keyof Both<Probed>): Promise<Probed> {
  const running = await startProbe(['--binding', name, '--log-level', 'error']);
  try {
    const startSeconds = cpuSeconds(running.pid);
    load('churn', BUSY_CONNECTIONS);
    await running.status();
    const busySeconds = cpuSeconds(running.pid) - startSeconds;
    return { startSeconds, residentMiB: residentMiB(running.pid), busySeconds };
  } finally {
    await running.stop();
  }
}

/** Both medians, and the ratio within each pair. */
function compared<T>(
  what: string,
  pairs: readonly Both<T>[],
  value: (taken: T) => number,
  { how }: { how: string },
): Figure {
  const middle = (name: keyof Both<T>) => median(pairs.map((pair) => value(pair[name])));
  const ratios = pairs.map(({ addon, ffi }) => value(ffi) / value(addon));
  const digits = middle('addon') < 10 ? 2 : 0;
  const sides = `addon ${middle('addon').toFixed(digits)}, ffi ${middle('ffi').toFixed(digits)}`;
  return { what: `${what}, ffi / addon`, figure: spread(ratios), how: `${sides}; ${how}` };
}
