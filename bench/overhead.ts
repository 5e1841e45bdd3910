import type { Benchmark, Figure } from './figures.ts';
import { load } from './load.ts';
import { compareWithProbe } from './with-probe.ts';

const loads = [
  { mode: 'churn', amount: 20_000, what: 'short connections a second' },
  { mode: 'pingpong', amount: 50_000, what: 'requests and responses of 1 byte a second' },
  { mode: 'stream', amount: 3000, what: 'bulk throughput' },
] as const;

export const overhead: Benchmark = {
  name: 'overhead',
  async run() {
    const figures: Figure[] = [];
    for (const { mode, amount, what } of loads) {
      const how = `sockets ${mode} ${amount}`;
      figures.push(await compareWithProbe({ what, how, run: () => load(mode, amount) }));
    }
    return figures;
  },
};
