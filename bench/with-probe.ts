import { startProbe } from '../test/live/probe.ts';
import { type Figure, spread } from './figures.ts';
import { cpuSeconds } from './load.ts';

const PAIRS = 10;

export interface Work {
  /** What is done, a second. */
  what: string;
  how: string;
  /** Does it, and gives the seconds that it took. */
  run(): number;
}

/** What an application loses: the same work with and without a whole probe running, in turn. */
export async function compareWithProbe({ what, how, run }: Work): Promise<Figure> {
  const ratios: number[] = [];
  const cpu: number[] = [];
  run();
  for (let pair = 0; pair < PAIRS; pair++) {
    // What one run leaves behind slows the next: each comes first half of the times.
    const before = pair % 2 === 0 ? run() : undefined;
    const { seconds, share } = await withProbe(run);
    ratios.push((before ?? run()) / seconds);
    cpu.push(share * 100);
  }
  return {
    what: `${what}, with the probe / without`,
    figure: spread(ratios, 3),
    how: `${PAIRS} pairs of ${how}; the probe used ${spread(cpu, 0)} % of a core meanwhile`,
  };
}

/** How long it took, and how much of a core the probe used meanwhile. */
async function withProbe(run: () => number) {
  const probe = await startProbe(['--log-level', 'error']);
  try {
    // One that has just started has its code still to compile, and its tables to grow: it takes up to twice as long.
    run();
    const before = cpuSeconds(probe.pid);
    const seconds = run();
    return { seconds, share: (cpuSeconds(probe.pid) - before) / seconds };
  } finally {
    await probe.stop();
  }
}
