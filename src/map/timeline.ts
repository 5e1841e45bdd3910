import { Figures } from './figures.ts';
import type { FiguresAt } from './sides.ts';
import type { Slots } from './slots.ts';
import { FAILURES, type MapTimeline } from './types.ts';

export interface TimelineQuery {
  now: number;
  /** Milliseconds since the epoch. */
  since: number;
  until: number;
  /** At most so many, of at least a time slot each. */
  buckets: number;
}

interface TimelineSources {
  slots: Slots;
  oldest: number;
  /** Adds what tracked connections did that is not in the slots yet. */
  addTracked(at: FiguresAt): void;
}

/** How much there was in each part of the time, all conversations together. */
export function drawTimeline(
  { since, until, buckets: most }: TimelineQuery,
  { slots, oldest, addTracked }: TimelineSources,
): MapTimeline {
  const { slotMs } = slots;
  const width = Math.max(1, Math.ceil((until - since) / most / slotMs));
  const first = Math.floor(slots.slotOf(since) / width);
  const count = Math.floor(slots.slotOf(until) / width) - first + 1;
  const sums = Array.from({ length: count }, () => new Figures());
  const bucketOf = (slot: number) => Math.floor(slot / width) - first;
  for (const [slot, figures] of slots.totals()) sums[bucketOf(slot)]?.addCounts(figures);
  addTracked((time) => sums[bucketOf(slots.slotOf(time))]);
  const bucketMs = width * slotMs;
  return {
    since: new Date(since).toISOString(),
    until: new Date(until).toISOString(),
    oldest: new Date(oldest).toISOString(),
    bucketMs,
    buckets: sums.map((figures, i) => ({
      at: new Date((first + i) * bucketMs).toISOString(),
      bytes: figures.count('forward') + figures.count('backward'),
      opened: figures.count('opened'),
      failed: FAILURES.reduce((sum, reason) => sum + figures.count(reason), 0),
    })),
  };
}
