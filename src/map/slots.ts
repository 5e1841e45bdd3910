import { COUNTERS, Figures } from './figures.ts';
import { PackedFigures } from './packed-figures.ts';

const MAX_SLOT_MS = 10_000;
/** Slots that are still being added to. */
const OPEN_SLOTS = 3;
const ENDED = COUNTERS.indexOf('ended');
const BEGAN = COUNTERS.indexOf('began');

export interface SlotsOptions {
  windowMs: number;
  slotMs: number;
  /** Of the slots that are packed; beyond it the oldest is forgotten. */
  maxBytes: number;
}

/** How long a time slot is where so much can be looked back to. */
export function slotMsOf(windowMs: number): number {
  return Math.min(MAX_SLOT_MS, Math.max(1000, windowMs / 30));
}

/**
 * Figures by time and by number of the conversation that they are of. Slot n is from n * slotMs on; times are
 * milliseconds since the epoch.
 */
export class Slots {
  readonly slotMs: number;
  readonly #options: SlotsOptions;
  readonly #open = new Map<number, Map<number, Figures>>();
  readonly #packed = new Map<number, PackedFigures>();
  /** The first slot that is kept. */
  #first = Number.NEGATIVE_INFINITY;
  #bytes = 0;
  #forgotten = 0;

  constructor(options: SlotsOptions) {
    this.#options = options;
    this.slotMs = options.slotMs;
  }

  get first(): number {
    return this.#first;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Slots that made room before they left the window. */
  get forgotten(): number {
    return this.#forgotten;
  }

  slotOf(time: number): number {
    return Math.floor(time / this.slotMs);
  }

  /** Where to add what happened then; undefined when that is before all that is kept. */
  at(number: number, time: number): Figures | undefined {
    const slot = this.slotOf(time);
    if (slot < this.#first) return undefined;
    const figures = this.#opened(slot);
    let into = figures.get(number);
    if (into === undefined) {
      into = new Figures();
      figures.set(number, into);
    }
    return into;
  }

  /** Adds the slots from `first` to `last` to the figures that `into` gives for a number; undefined = not wanted. */
  addTo(into: (number: number) => Figures | undefined, first: number, last: number): void {
    for (const [slot, figures] of this.#open) {
      if (slot < first || slot > last) continue;
      for (const [number, each] of figures) into(number)?.merge(each);
    }
    for (const [slot, packed] of this.#packed) {
      if (slot < first || slot > last) continue;
      for (let i = 0; i < packed.size; i++) {
        const figures = into(packed.number(i));
        if (figures !== undefined) packed.addTo(figures, i);
      }
    }
  }

  /** The counters of all numbers, slot by slot: some slots more than once. */
  *totals(): Generator<[slot: number, figures: Figures]> {
    for (const [slot, figures] of this.#open) for (const each of figures.values()) yield [slot, each];
    for (const [slot, packed] of this.#packed) yield [slot, packed.total];
  }

  /** For each number, how many of its connections ended behind the slot less those that began there. */
  endedAfter(slot: number): Map<number, number> {
    const ended = new Map<number, number>();
    const add = (number: number, count: number) => {
      if (count !== 0) ended.set(number, (ended.get(number) ?? 0) + count);
    };
    for (const [each, figures] of this.#open) {
      if (each <= slot) continue;
      for (const [number, { counts }] of figures) add(number, (counts[ENDED] ?? 0) - (counts[BEGAN] ?? 0));
    }
    for (const [each, packed] of this.#packed) {
      if (each <= slot) continue;
      for (let i = 0; i < packed.size; i++) {
        add(packed.number(i), packed.count(ENDED, i) - packed.count(BEGAN, i));
      }
    }
    return ended;
  }

  /** Lets time pass: what is over takes less memory, and what left the window none. */
  expire(now: number): void {
    const first = this.slotOf(now - this.#options.windowMs);
    // When the clock was ahead and is set right, nothing is kept of what is past, and what comes is.
    this.#first = this.#first > this.slotOf(now) ? first : Math.max(this.#first, first);
    for (const slot of this.#packed.keys()) if (slot < this.#first) this.#drop(slot);
    const newest = this.slotOf(now) - OPEN_SLOTS;
    for (const [slot, figures] of this.#open) {
      if (slot > newest && slot >= this.#first) continue;
      this.#open.delete(slot);
      if (slot >= this.#first) this.#pack(slot, figures);
    }
    while (this.#bytes > this.#options.maxBytes) this.#forgetOldest();
  }

  #opened(slot: number): Map<number, Figures> {
    let figures = this.#open.get(slot);
    if (figures === undefined) {
      figures = this.#packed.get(slot)?.unpack() ?? new Map<number, Figures>();
      this.#drop(slot);
      this.#open.set(slot, figures);
    }
    return figures;
  }

  #pack(slot: number, figures: ReadonlyMap<number, Figures>): void {
    const packed = new PackedFigures(figures);
    this.#packed.set(slot, packed);
    this.#bytes += packed.bytes;
  }

  #drop(slot: number): void {
    this.#bytes -= this.#packed.get(slot)?.bytes ?? 0;
    this.#packed.delete(slot);
  }

  #forgetOldest(): void {
    const oldest = Math.min(...this.#packed.keys());
    this.#drop(oldest);
    this.#first = oldest + 1;
    this.#forgotten += 1;
  }
}
