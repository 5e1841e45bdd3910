import { inSlices } from '../lib/time-slice.ts';
import { Turns } from '../lib/turns.ts';
import type { MapTimeline } from '../map/types.ts';
import { filteredTimeline } from './filtered-timeline.ts';
import { SharedWork } from './shared-work.ts';
import type { MapSource } from './sources.ts';
import type { TimelineQuery } from './timeline-query.ts';

/** An answer may be this old, so that many questions are one computation. */
const FRESH_MS = 1000;
const MAX_KEPT = 64;
/** Timelines of some flows at once; others wait. */
const MAX_DRAWN = 1;

interface Shared {
  timeline: MapTimeline | undefined;
  readonly drawing: SharedWork;
}

/** The timelines that are being asked for: each distinct question is answered once, however many ask it. */
export class Timelines {
  readonly #source: MapSource;
  readonly #turns = new Turns(MAX_DRAWN);
  /** Those asked for last at the end. */
  readonly #kept = new Map<string, Shared>();

  constructor(source: MapSource) {
    this.#source = source;
  }

  /** That of some flows takes time, and is drawn no further when the signal is aborted: only then there may be none. */
  async get(query: TimelineQuery, signal?: AbortSignal): Promise<MapTimeline | undefined> {
    const { match } = query;
    if (match === undefined) return this.#source.timeline(query.at(this.#source.now()));
    const shared = this.#shared(query, match);
    if (shared.drawing.isDue(FRESH_MS)) await shared.drawing.wait(signal);
    return shared.timeline;
  }

  #shared(query: TimelineQuery, match: NonNullable<TimelineQuery['match']>): Shared {
    const kept = this.#kept.get(query.key);
    const shared: Shared = kept ?? {
      timeline: undefined,
      drawing: new SharedWork({
        now: () => this.#source.now(),
        turns: this.#turns,
        work: async (signal) => {
          const steps = filteredTimeline(this.#source, query.at(this.#source.now()), match);
          shared.timeline = await inSlices(steps, signal);
        },
      }),
    };
    this.#kept.delete(query.key);
    this.#kept.set(query.key, shared);
    this.#forgetOldest();
    return shared;
  }

  #forgetOldest(): void {
    for (const [key, { drawing }] of this.#kept) {
      if (this.#kept.size <= MAX_KEPT) return;
      if (!drawing.isRunning) this.#kept.delete(key);
    }
  }
}
