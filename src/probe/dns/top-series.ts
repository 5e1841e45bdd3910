import { DnsTotals } from './totals.ts';

/** What transactions are summed by. */
export interface Dimensions {
  container: string;
  domain: string;
  /** `ip:port`, `[ip]:port`. */
  server: string;
  /** Of the question. */
  type: string;
}

export interface Series extends Dimensions {
  totals: DnsTotals;
}

interface WeightedSeries extends Series {
  /** Transactions, of which those from before the last time that room was needed count half, and so on. */
  weight: number;
}

/** Of a full table, this part goes at once: sorting is rare then. */
const PART_TO_FOLD = 0.25;

/** The series with the most transactions of late. For a new one, the least of the others are folded into something. */
export class TopSeries {
  /** Times that a series was folded; it may have come again. */
  folded = 0;
  readonly capacity: number;
  readonly #fold: (series: Series) => void;
  readonly #series = new Map<string, WeightedSeries>();

  constructor(capacity: number, fold: (series: Series) => void) {
    this.capacity = capacity;
    this.#fold = fold;
  }

  get size(): number {
    return this.#series.size;
  }

  /** Where as many more transactions are to be summed. */
  totals(dimensions: Dimensions, transactions: number): DnsTotals {
    const { container, domain, server, type } = dimensions;
    // A line end is in none of them.
    const key = `${container}\n${domain}\n${server}\n${type}`;
    let series = this.#series.get(key);
    if (series === undefined) {
      if (this.#series.size >= this.capacity) this.#makeRoom();
      series = { container, domain, server, type, totals: new DnsTotals(), weight: 0 };
      this.#series.set(key, series);
    }
    series.weight += transactions;
    return series.totals;
  }

  [Symbol.iterator](): Iterator<Series> {
    return this.#series.values();
  }

  #makeRoom(): void {
    const byWeight = [...this.#series].sort(([, one], [, other]) => one.weight - other.weight);
    const last = Math.ceil(this.capacity * PART_TO_FOLD);
    byWeight.forEach(([key, series], index) => {
      if (index >= last) series.weight /= 2;
      else {
        this.#series.delete(key);
        this.folded++;
        this.#fold(series);
      }
    });
  }
}
