import { Buckets } from './buckets.ts';

const NONE = -1;
const NOT_LINKED = -2;

/**
 * Slots by number, as a Map would have them, without a boxed number for each and without rehashing. A slot has one
 * number, a number one slot: the later one takes the place of the earlier.
 */
export class SlotIndex {
  readonly #first: Int32Array;
  readonly #next: Int32Array;
  readonly #keys: Float64Array;
  readonly #buckets: Buckets;

  constructor(capacity: number) {
    this.#buckets = new Buckets(capacity);
    this.#first = new Int32Array(this.#buckets.count).fill(NONE);
    this.#next = new Int32Array(capacity).fill(NOT_LINKED);
    this.#keys = new Float64Array(capacity);
  }

  get(key: number): number | undefined {
    let slot = this.#first[this.#buckets.of(key)] ?? NONE;
    while (slot !== NONE && this.#keys[slot] !== key) slot = this.#next[slot] ?? NONE;
    return slot === NONE ? undefined : slot;
  }

  has(key: number): boolean {
    return this.get(key) !== undefined;
  }

  set(key: number, slot: number): void {
    this.delete(key);
    if (this.#next[slot] !== NOT_LINKED) this.delete(this.#keys[slot] ?? 0);
    const bucket = this.#buckets.of(key);
    this.#keys[slot] = key;
    this.#next[slot] = this.#first[bucket] ?? NONE;
    this.#first[bucket] = slot;
  }

  delete(key: number): void {
    const bucket = this.#buckets.of(key);
    let before = NONE;
    let slot = this.#first[bucket] ?? NONE;
    while (slot !== NONE && this.#keys[slot] !== key) {
      before = slot;
      slot = this.#next[slot] ?? NONE;
    }
    if (slot === NONE) return;
    const next = this.#next[slot] ?? NONE;
    if (before === NONE) this.#first[bucket] = next;
    else this.#next[before] = next;
    this.#next[slot] = NOT_LINKED;
  }
}
