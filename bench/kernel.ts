import { loadNative } from '../src/probe/native.ts';
import { loadObject } from '../src/probe/sources/bpf-object.ts';
import type { Benchmark } from './figures.ts';
import { spread } from './figures.ts';
import { load } from './load.ts';

const ROUNDS = 15;
const CONNECTIONS = 2000;
/** In the order in which the probe attaches them. */
const PROGRAMS = ['tcp_state', 'tcp_state_again'];

/** Kernel time of the hook by the kernel's own run statistics, which add 60 to 80 ns to each run. */
export const kernel: Benchmark = {
  name: 'kernel',
  async run() {
    const object = loadObject(loadNative(), 'tcp', () => undefined);
    try {
      object.enableRunStats();
      object.openRing('events', () => undefined);
      for (const program of PROGRAMS) object.attach(program);
      const buffer = new Uint8Array(1 << 20);
      const stats = () => {
        const programs = object.programs().filter(({ name }) => PROGRAMS.includes(name));
        return {
          runCount: programs.find(({ name }) => name === 'tcp_state')?.runCount ?? 0,
          runTimeNs: programs.reduce((sum, { runTimeNs }) => sum + runTimeNs, 0),
        };
      };
      const perRun: number[] = [];
      const perConnection: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const before = stats();
        load('churn', CONNECTIONS);
        const after = stats();
        while (object.drain('events', buffer) > 0);
        const time = after.runTimeNs - before.runTimeNs;
        perRun.push(time / (after.runCount - before.runCount));
        perConnection.push(time / CONNECTIONS / 1000);
      }
      const how = `run statistics of ${PROGRAMS.join(' and ')}, ${ROUNDS} rounds of ${CONNECTIONS} loopback connections`;
      return [
        { what: 'kernel time a state change', figure: `${spread(perRun, 0)} ns`, how },
        { what: 'kernel time a connection, both sides', figure: `${spread(perConnection)} µs`, how },
      ];
    } finally {
      object.close();
    }
  },
};
