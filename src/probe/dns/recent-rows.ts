import type { Row } from '../../wire/fields.ts';

/** The latest rows; the oldest makes room. */
export class RecentRows {
  /** Rows that made room for others. */
  evicted = 0;
  readonly capacity: number;
  readonly #rows: Row[] = [];
  /** Where the next one goes, and in a full list the oldest is. */
  #at = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get size(): number {
    return this.#rows.length;
  }

  push(row: Row): void {
    if (this.capacity === 0) return;
    if (this.size === this.capacity) this.evicted++;
    this.#rows[this.#at] = row;
    this.#at = (this.#at + 1) % this.capacity;
  }

  /** Oldest first. */
  *[Symbol.iterator](): Generator<Row> {
    const first = this.size === this.capacity ? this.#at : 0;
    for (let index = 0; index < this.size; index++) {
      const row = this.#rows[(first + index) % this.size];
      if (row !== undefined) yield row;
    }
  }
}
