import { DnsTotals } from './totals.ts';

/** The sums of what is the same in the dimensions `D`. */
export type Series<D> = D & { totals: DnsTotals };

interface Weighted<D> {
  series: Series<D>;
  /** Transactions, of which those from before the last time that room was needed count half, and so on. */
  weight: number;
}

/** Of a full table, this part goes at once: sorting is rare then. */
const PART_TO_FOLD = 0.25;

/** The series with the most transactions of late. For a new one, the least of the others are folded into something. */
export class TopSeries<D> {
  /** Times that a series was folded; it may have come again. */
  folded = 0;
  readonly capacity: number;
  readonly #fold: (series: Series<D>) => void;
  readonly #series = new Map<string, Weighted<D>>();

  constructor(capacity: number, fold: (series: Series<D>) => void) {
    this.capacity = capacity;
    this.#fold = fold;
  }

  get size(): number {
    return this.#series.size;
  }

  /** Where as many more transactions are to be summed. The key is of the dimensions. */
  totals(key: string, dimensions: D, transactions = 1): DnsTotals {
    let weighted = this.#series.get(key);
    if (weighted === undefined) {
      if (this.#series.size >= this.capacity) this.#makeRoom();
      weighted = { series: { ...dimensions, totals: new DnsTotals() }, weight: 0 };
      this.#series.set(key, weighted);
    }
    weighted.weight += transactions;
    return weighted.series.totals;
  }

  *[Symbol.iterator](): Generator<Series<D>> {
    for (const { series } of this.#series.values()) yield series;
  }

  #makeRoom(): void {
    const byWeight = [...this.#series].sort(([, one], [, other]) => one.weight - other.weight);
    const last = Math.ceil(this.capacity * PART_TO_FOLD);
    byWeight.forEach(([key, weighted], index) => {
      if (index >= last) weighted.weight /= 2;
      else {
        this.#series.delete(key);
        this.folded++;
        this.#fold(weighted.series);
      }
    });
  }
}
