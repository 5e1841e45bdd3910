import { randomInt } from 'node:crypto';

/** Spreads whole numbers over buckets, in another way each time: nobody can choose numbers that all meet in one. */
export class Buckets {
  /** A power of two, at least the capacity that it is made for. */
  readonly count: number;
  readonly #shift: number;
  readonly #factor = 2 * randomInt(2 ** 31) + 1;

  constructor(capacity: number) {
    const bits = Math.max(1, Math.ceil(Math.log2(capacity)));
    this.count = 2 ** bits;
    this.#shift = 32 - bits;
  }

  of(key: number): number {
    const low = key | 0;
    return Math.imul(low ^ (low >>> 15), this.#factor) >>> this.#shift;
  }
}
