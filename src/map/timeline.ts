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

/** The parts of the time that a timeline is of, which begin at round times, and what there was in each. */
export class TimelineSums {
  readonly #query: TimelineQuery;
  readonly #bucketMs: number;
  readonly #first: number;
  readonly #sums: readonly Figures[];

  constructor(query: TimelineQuery, slotMs: number) {
    const { since, until, buckets } = query;
    this.#query = query;
    this.#bucketMs = slotMs * Math.max(1, Math.ceil((until - since) / buckets / slotMs));
    this.#first = Math.floor(since / this.#bucketMs);
    const count = Math.floor(until / this.#bucketMs) - this.#first + 1;
    this.#sums = Array.from({ length: count }, () => new Figures());
  }

  /** All of the time of all buckets. */
  get window(): { since: number; until: number } {
    const since = this.#first * this.#bucketMs;
    return { since, until: since + this.#sums.length * this.#bucketMs - 1 };
  }

  /** Undefined for what is in no bucket. */
  at(time: number): Figures | undefined {
    return this.#sums[Math.floor(time / this.#bucketMs) - this.#first];
  }

  written(oldest: number): MapTimeline {
    const { since, until } = this.#query;
    return {
      since: new Date(since).toISOString(),
      until: new Date(until).toISOString(),
      oldest: new Date(oldest).toISOString(),
      bucketMs: this.#bucketMs,
      buckets: this.#sums.map((figures, i) => ({
        at: new Date((this.#first + i) * this.#bucketMs).toISOString(),
        bytes: figures.count('forward') + figures.count('backward'),
        opened: figures.count('opened'),
        failed: FAILURES.reduce((sum, reason) => sum + figures.count(reason), 0),
      })),
    };
  }
}

/** How much there was in each part of the time, all conversations together. */
export function drawTimeline(
  query: TimelineQuery & { oldest: number },
  { connections, conversations: { slots } }: Drawn,
): MapTimeline {
  const { slotMs } = slots;
  const sums = new TimelineSums(query, slotMs);
  for (const [slot, figures] of slots.totals()) sums.at((slot + 0.5) * slotMs)?.addCounts(figures);
  const at = (time: number) => sums.at(time);
  for (const connection of connections) {
    addNew(at, connections.sides(connection), { counted: connection.counted, slotMs });
  }
  return sums.written(query.oldest);
}
