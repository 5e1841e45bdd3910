import { execFileSync } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { FlowRecord } from '../src/probe/events.gen.ts';
import { Translator } from '../src/probe/nat/translator.ts';
import { loadNative } from '../src/probe/native.ts';
import { fill, numbered } from '../test/nat/raw-conntrack.ts';
import { recordOf } from '../test/nat/records.ts';
import { type Benchmark, spread } from './figures.ts';

const PER_SECOND = 5000;
const SECONDS = 5;
const DRAINS_PER_SECOND = 10;
/** Of a node that serves: its table is not empty. */
const OTHERS = 50_000;
const CACHED = 32_768;

/** What it costs to look up both sides of every new connection, all of them to a service. */
export const nat: Benchmark = {
  name: 'nat',
  async run() {
    const name = `sp-bench-nat-${process.pid}`;
    const netns = `/run/netns/${name}`;
    execFileSync('ip', ['netns', 'add', name]);
    const native = loadNative();
    const conntrack = new native.Conntrack(netns);
    const translator = new Translator({ native, netns, maxLookupsPerSecond: 2 * PER_SECOND + 1000 });
    try {
      const connections = PER_SECOND * SECONDS;
      fill(conntrack, 0, connections + OTHERS);
      const records = bothSides(connections);
      const heapBefore = heapMiB();
      const shares: number[] = [];
      for (let second = 0; second < SECONDS; second++) {
        const began = process.cpuUsage();
        for (let drain = 0; drain < DRAINS_PER_SECOND; drain++) {
          const started = performance.now();
          const size = (2 * PER_SECOND) / DRAINS_PER_SECOND;
          lookUp(translator, records, { start: (second * DRAINS_PER_SECOND + drain) * size, size });
          await setTimeout(1000 / DRAINS_PER_SECOND - (performance.now() - started));
        }
        const { user, system } = process.cpuUsage(began);
        shares.push((user + system) / 10_000);
      }
      const { translated, answers } = translator.counters();
      const how = `${translated} of ${2 * connections} sides translated, ${connections + OTHERS} connections in the table, a batch each ${1000 / DRAINS_PER_SECOND} ms`;
      return [
        {
          what: `CPU of NAT lookups at ${PER_SECOND} new connections a second, both sides`,
          figure: `${spread(shares, 1)} % of a core`,
          how,
        },
        {
          what: `memory of NAT lookups, ${answers} answers remembered`,
          figure: `${(heapMiB() - heapBefore).toFixed(1)} MiB`,
          how: `at most ${CACHED} are; on top, ${((8192 * FlowRecord.size) / 2 ** 20).toFixed(1)} MiB for what waits`,
        },
      ];
    } finally {
      translator.close();
      conntrack.close();
      execFileSync('ip', ['netns', 'delete', name]);
    }
  },
};

function bothSides(connections: number): FlowRecord {
  const bytes = new Uint8Array(connections * 2 * FlowRecord.size);
  for (let number = 0; number < connections; number++) {
    const { client, service, backend } = numbered(number);
    const sides = [
      { ends: { source: client, dest: service }, netns: 1, role: 'client' as const },
      { ends: { source: backend, dest: client }, netns: 2, role: 'server' as const },
    ];
    sides.forEach((details, side) => {
      const { view } = recordOf({ ...details, protocol: 'udp' });
      bytes.set(new Uint8Array(view.buffer), (number * 2 + side) * FlowRecord.size);
    });
  }
  return new FlowRecord(new DataView(bytes.buffer));
}

function lookUp(translator: Translator, record: FlowRecord, batch: { start: number; size: number }): void {
  const each = (visit: () => void) => {
    for (let index = batch.start; index < batch.start + batch.size; index++) {
      record.offset = index * FlowRecord.size;
      visit();
    }
  };
  each(() => translator.enqueue(record));
  translator.resolve();
  each(() => translator.translation(record));
}

function heapMiB(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed / 2 ** 20;
}
