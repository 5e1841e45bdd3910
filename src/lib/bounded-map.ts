import { type Linked, LinkedQueue } from './linked-queue.ts';

interface Entry<K, V> extends Linked<Entry<K, V>> {
  readonly key: K;
  value: V;
}

/** A map of at most `capacity` entries. When it is full, the entry that was set longest ago goes, and is counted. */
export class BoundedMap<K, V> {
  readonly #entries = new Map<K, Entry<K, V>>();
  readonly #queue = new LinkedQueue<Entry<K, V>>();
  readonly #capacity: number;
  #evicted = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#entries.size;
  }

  get evicted(): number {
    return this.#evicted;
  }

  get(key: K): V | undefined {
    return this.#entries.get(key)?.value;
  }

  /** Makes the entry the newest one. */
  set(key: K, value: V): void {
    const known = this.#entries.get(key);
    if (known !== undefined) {
      known.value = value;
      this.#queue.remove(known);
      this.#queue.append(known);
      return;
    }
    if (this.#entries.size >= this.#capacity) this.#evictOldest();
    const entry = { key, value, previous: undefined, next: undefined };
    this.#entries.set(key, entry);
    this.#queue.append(entry);
  }

  delete(key: K): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#queue.remove(entry);
  }

  *values(): Generator<V> {
    for (const { value } of this.#entries.values()) yield value;
  }

  #evictOldest(): void {
    const oldest = this.#queue.first;
    if (oldest === undefined) return;
    this.delete(oldest.key);
    this.#evicted++;
  }
}
