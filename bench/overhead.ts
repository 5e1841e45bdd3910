import { startProbe } from '../test/live/probe.ts';
import type { Benchmark, Figure } from './figures.ts';
import { spread } from './figures.ts';
import { cpuSeconds, load } from './load.ts';

const PAIRS = 9;

const loads = [
  { mode: 'churn', amount: 20_000, what: 'short connections a second' },
  { mode: 'pingpong', amount: 50_000, what: 'requests and responses of 1 byte a second' },
  { mode: 'stream', amount: 3000, what: 'bulk throughput' },
] as const;

/** What an application loses: the same load with and without a whole probe running, in turn. */
export const overhead: Benchmark = {
  name: 'overhead',
  async run() {
    const figures: Figure[] = [];
    for (const { mode, amount, what } of loads) {
      const ratios: number[] = [];
      const cpu: number[] = [];
      for (let pair = 0; pair < PAIRS; pair++) {
        const without = load(mode, amount);
        const probe = await startProbe(['--log-level', 'error']);
        try {
          const before = cpuSeconds(probe.pid);
          const seconds = load(mode, amount);
          ratios.push(without / seconds);
          cpu.push(((cpuSeconds(probe.pid) - before) / seconds) * 100);
        } finally {
          await probe.stop();
        }
      }
      figures.push({
        what: `${what}, with the probe / without`,
        figure: spread(ratios, 3),
        how: `${PAIRS} pairs of sockets ${mode} ${amount}; the probe used ${spread(cpu, 0)} % of a core meanwhile`,
      });
    }
    return figures;
  },
};
