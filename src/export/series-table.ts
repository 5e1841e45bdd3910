import type { Label } from './family.ts';
import type { LabelReader } from './labels.ts';

/** What was counted for one set of labels. */
export interface Series<T> {
  readonly labels: readonly Label[];
  readonly totals: T;
  /** Records that are not over and count here. */
  held: number;
  /** When something was last counted, in milliseconds since the epoch. */
  touchedMs: number;
}

export interface SeriesLimits {
  /** Sets of labels. */
  max: number;
  /** A set that nothing was counted for so long, and holds nothing, is dropped. */
  idleMs: number;
}

/** The value of every label of what there was no place for. */
const REST = '~other';

/**
 * Totals by labels, bounded: when there are as many sets of labels as allowed, a new one is counted with all others that
 * found no place, so that sums stay right.
 */
export class SeriesTable<R, T> {
  readonly #readers: readonly LabelReader<R>[];
  readonly #limits: SeriesLimits;
  readonly #make: () => T;
  readonly #byKey = new Map<string, Series<T>>();
  #rest: Series<T> | undefined;
  #overflow = 0;

  constructor(readers: readonly LabelReader<R>[], limits: SeriesLimits, make: () => T) {
    this.#readers = readers;
    this.#limits = limits;
    this.#make = make;
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** Times that a record found no place of its own. */
  get overflow(): number {
    return this.#overflow;
  }

  *[Symbol.iterator](): Generator<Series<T>> {
    yield* this.#byKey.values();
    if (this.#rest) yield this.#rest;
  }

  /** Where the record counts; `current` is where it did before. */
  find(record: R, nowMs: number, current?: Series<T>): Series<T> {
    const values = this.#readers.map(({ read }) => read(record));
    const key = values.join('\0');
    const known = this.#byKey.get(key) ?? this.#add(key, record, values) ?? this.#restOf(current);
    known.touchedMs = nowMs;
    return known;
  }

  /** Drops what is gone. */
  sweep(nowMs: number): void {
    for (const [key, { held, touchedMs }] of this.#byKey) {
      if (held === 0 && touchedMs < nowMs - this.#limits.idleMs) this.#byKey.delete(key);
    }
  }

  #add(key: string, record: R, values: readonly (string | undefined)[]): Series<T> | undefined {
    if (this.#byKey.size >= this.#limits.max) return undefined;
    const labels = this.#readers.flatMap(({ name, attribute }, i) => {
      const value = values[i];
      if (value === undefined) return [];
      return [{ name, attribute: typeof attribute === 'string' ? attribute : attribute(record), value }];
    });
    const series = { labels, totals: this.#make(), held: 0, touchedMs: 0 };
    this.#byKey.set(key, series);
    return series;
  }

  #restOf(current: Series<T> | undefined): Series<T> {
    const labels = this.#readers.map(({ name, attribute }) => ({
      name,
      attribute: typeof attribute === 'string' ? attribute : `sysprobe.${name}`,
      value: REST,
    }));
    this.#rest ??= { labels, totals: this.#make(), held: 0, touchedMs: 0 };
    if (current !== this.#rest) this.#overflow += 1;
    return this.#rest;
  }
}
