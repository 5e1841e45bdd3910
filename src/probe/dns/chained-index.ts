import { Buckets } from '../flows/buckets.ts';

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
  readonly #buckets: Buckets;

  /** `capacity` is what it is made for. */
  constructor(capacity: number) {
    this.#buckets = new Buckets(capacity);
    this.#first = new Array<T | undefined>(this.#buckets.count).fill(undefined);
  }

  find(key: number, isWanted: (item: T) => boolean): T | undefined {
    let item = this.#first[this.#buckets.of(key)];
    while (item !== undefined && !(item.key === key && isWanted(item))) item = item.behind;
    return item;
  }

  /** Returns how many have its number now. */
  add(item: T): number {
    const bucket = this.#buckets.of(item.key);
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
    const bucket = this.#buckets.of(item.key);
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
}
