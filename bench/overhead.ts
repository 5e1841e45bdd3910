import { startProbe } from '../test/live/probe.ts';
import type { Benchmark, Figure } from './figures.ts';
import { spread } from './figures.ts';
import { cpuSeconds, load } from './load.ts';

const PAIRS = 10;

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
      load(mode, amount);
      for (let pair = 0; pair < PAIRS; pair++) {
        // What one run leaves behind slows the next: each comes first half of the times.
        const before = pair % 2 === 0 ? load(mode, amount) : undefined;
        const { seconds, share } = await withProbe(mode, amount);
        ratios.push((before ?? load(mode, amount)) / seconds);
        cpu.push(share * 100);
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

/** How long it took, and how much of a core the probe used meanwhile. */
async function withProbe(mode: (typeof loads)[number]['mode'], amount: number) {
  const probe = await startProbe(['--log-level', 'error']);
  try {
    const before = cpuSeconds(probe.pid);
    const seconds = load(mode, amount);
    return { seconds, share: (cpuSeconds(probe.pid) - before) / seconds };
  } finally {
    await probe.stop();
  }
}
