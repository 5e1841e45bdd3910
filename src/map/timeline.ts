import type { Drawn } from './draw.ts';
import { Figures } from './figures.ts';
import { addNew } from './sides.ts';
import { FAILURES, type MapTimeline } from './types.ts';

export interface TimelineQuery {
  now: number;
  /** Milliseconds since the epoch. */
  since: number;
  until: number;
  /** At most so many, of at least a time slot each. */
  buckets: number;
}

/** How much there was in each part of the time, all conversations together. */
export function drawTimeline(
  { since, until, oldest, buckets: most }: TimelineQuery & { oldest: number },
  { connections, conversations: { slots } }: Drawn,
): MapTimeline {
  const { slotMs } = slots;
  const width = Math.max(1, Math.ceil((until - since) / most / slotMs));
  const first = Math.floor(slots.slotOf(since) / width);
  const count = Math.floor(slots.slotOf(until) / width) - first + 1;
  const sums = Array.from({ length: count }, () => new Figures());
  const bucketOf = (slot: number) => Math.floor(slot / width) - first;
  for (const [slot, figures] of slots.totals()) sums[bucketOf(slot)]?.addCounts(figures);
  const at = (time: number) => sums[bucketOf(slots.slotOf(time))];
  for (const connection of connections) {
    addNew(at, connections.sides(connection), { counted: connection.counted, slotMs });
  }
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
