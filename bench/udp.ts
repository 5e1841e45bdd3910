import { join } from 'node:path';
import { type BpfObject, loadNative } from '../src/probe/native.ts';
import { readCgroupMounts } from '../src/probe/owners/cgroup-mounts.ts';
import { openUdp, type UdpHooks } from '../src/probe/sources/udp-hooks.ts';
import { compile } from '../test/native/compile.ts';
import type { Benchmark, Figure } from './figures.ts';
import { median, spread } from './figures.ts';
import { load, loadCpu } from './load.ts';
import { runTimes } from './run-stats.ts';

const PAIRS = 10;
const ROUNDS = 5;
const native = loadNative();

const loads = [
  { mode: 'datagrams', amount: 300_000, what: 'UDP datagrams of 100 bytes in a second', unit: 'datagram' },
  { mode: 'stream', amount: 2000, what: 'MiB of TCP in a second', unit: 'MiB' },
  {
    mode: 'pingpong',
    amount: 20_000,
    what: 'TCP requests and responses of 1 byte in a second',
    unit: 'request',
  },
] as const;

interface Choice {
  name: string;
  /** Loads and attaches its programs; a reason where the kernel does not take them. */
  open(): { object: BpfObject } | { reason: string };
}

const choices: Choice[] = [
  { name: 'fentry', open: () => openOurs('fentry') },
  { name: 'cgroup_skb', open: () => openOurs('cgroup') },
  { name: 'sock_send_length (not shipped)', open: openSockLength },
];

/** What each choice of programs costs, of UDP and of the TCP that does not concern them; they alone are attached. */
export const udp: Benchmark = {
  name: 'udp',
  async run() {
    return choices.flatMap((choice) => {
      const opened = choice.open();
      if ('reason' in opened) {
        const how = `${opened.reason}; in the emulated machines that take it, times say nothing`;
        return [{ what: `with ${choice.name} / without`, figure: 'not measured', how }];
      }
      opened.object.close();
      return loads.flatMap((each) => [compare(choice, each), inKernel(choice, each)]);
    });
  },
};

function openOurs(hooks: UdpHooks) {
  const { object, reason = '' } = openUdp({
    native,
    hooks,
    procRoot: '/proc',
    cgroup: readCgroupMounts('/proc').unified,
    cgroupV1: false,
    tableSize: 32_768,
  });
  return object === undefined ? { reason } : { object };
}

function openSockLength() {
  const object = new native.BpfObject(compile(join(import.meta.dirname, 'sock_length.bpf.c')), 'sock_length');
  try {
    object.load();
    for (const { name } of object.programs()) object.attach(name);
    return { object };
  } catch (error) {
    object.close();
    return { reason: (error as Error).message };
  }
}

function whileOpen<T>(choice: Choice, action: (object: BpfObject) => T): T {
  const opened = choice.open();
  if ('reason' in opened) throw new Error(opened.reason);
  try {
    return action(opened.object);
  } finally {
    opened.object.close();
  }
}

/** By the time of the processor: on loopback the whole way of a packet is in that of its sender and receiver. */
function compare(choice: Choice, { mode, amount, what }: (typeof loads)[number]): Figure {
  loadCpu(mode, amount);
  const ratios: number[] = [];
  const costs: number[] = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    // What one run leaves behind slows the next: each comes first half of the times.
    const before = pair % 2 === 0 ? loadCpu(mode, amount) : undefined;
    const seconds = whileOpen(choice, () => loadCpu(mode, amount));
    const without = before ?? loadCpu(mode, amount);
    ratios.push(without / seconds);
    costs.push((without / amount) * 1e6);
  }
  return {
    what: `${what} of processor time, with ${choice.name} / without`,
    figure: spread(ratios, 3),
    how: `${PAIRS} pairs of sockets ${mode} ${amount}; ${median(costs).toFixed(2)} µs each without`,
  };
}

function inKernel(choice: Choice, { mode, amount, unit }: (typeof loads)[number]): Figure {
  return whileOpen(choice, (object) => {
    const { nsPerRun, runs } = runTimes(object, ROUNDS, () => load(mode, amount / 4));
    return {
      what: `kernel time of ${choice.name} a run, in sockets ${mode}`,
      figure: `${spread(nsPerRun, 0)} ns`,
      how: `run statistics, ${ROUNDS} rounds; ${((4 * runs) / amount).toFixed(1)} runs for each ${unit}`,
    };
  });
}
