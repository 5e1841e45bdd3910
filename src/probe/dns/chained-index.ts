import { randomInt } from 'node:crypto';

/** What a ChainedIndex can hold, in one index at a time. */
export interface Chained<T> {
  /** Several may have the same. */
  readonly key: number;
  behind: T | undefined;
}

/**
 * Finds items by a number, of several the one that was added first. A Map leaves its table behind each time that about as much was
 * deleted as it holds: what comes and goes in it is in such a table, and garbage collection takes it for old.
 */
export class ChainedIndex<T extends Chained<T>> {
  readonly #first: (T | undefined)[];
  readonly #shift: number;
  /** Nobody knows which numbers meet in one chain. */
  readonly #factor = 2 * randomInt(2 ** 31) + 1;

  /** `capacity` is what it is made for. */
  constructor(capacity: number) {
    const bits = Math.max(1, Math.ceil(Math.log2(capacity)));
    this.#shift = 32 - bits;
    this.#first = new Array<T | undefined>(2 ** bits).fill(undefined);
  }

  find(key: number, isWanted: (item: T) => boolean): T | undefined {
    let item = this.#first[this.#bucketOf(key)];
    while (item !== undefined && !(item.key === key && isWanted(item))) item = item.behind;
    return item;
  }

  /** Returns how many have its number now. */
  add(item: T): number {
    const bucket = this.#bucketOf(item.key);
    let count = 1;
    let last: T | undefined;
    for (let other = this.#first[bucket]; other !== undefined; other = other.behind) {
      if (other.key === item.key) count++;
      last = other;
    }
    if (last === undefined) this.#first[bucket] = item;
    else last.behind = item;
    return count;
  }

  remove(item: T): void {
    const bucket = this.#bucketOf(item.key);
    let before: T | undefined;
    let at = this.#first[bucket];
    while (at !== undefined && at !== item) {
      before = at;
      at = at.behind;
    }
    if (before === undefined) this.#first[bucket] = item.behind;
    else before.behind = item.behind;
    item.behind = undefined;
  }

  #bucketOf(key: number): number {
    const low = key | 0;
    return Math.imul(low ^ (low >>> 15), this.#factor) >>> this.#shift;
  }
}
