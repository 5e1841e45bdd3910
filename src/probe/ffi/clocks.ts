import type { Libraries } from './libraries.ts';

const CLOCK_REALTIME = 0;
const CLOCK_BOOTTIME = 7;

/** A preemption between two reads would shift every timestamp: the tightest of a few tries wins. */
export function readClocks({ c, memory }: Libraries): { realtime: bigint; boottime: bigint } {
  const time = memory.allocate(16);
  const read = (clock: number) => {
    c.clock_gettime(clock, time);
    return time.view.getBigInt64(0, true) * 1_000_000_000n + time.view.getBigInt64(8, true);
  };
  const attempts = Array.from({ length: 5 }, () => {
    const before = read(CLOCK_BOOTTIME);
    const realtime = read(CLOCK_REALTIME);
    const gap = read(CLOCK_BOOTTIME) - before;
    return { gap, realtime, boottime: before + gap / 2n };
  });
  const { realtime, boottime } = attempts.reduce((best, next) => (next.gap < best.gap ? next : best));
  return { realtime, boottime };
}
