import { packRows, unpackRows } from '../../wire/cbor.ts';
import type { Row } from '../../wire/fields.ts';

/** Rows that are packed together. */
const PACK_ROWS = 64;

/**
 * The latest rows; the oldest makes room. All but the newest are packed: garbage collection would move thousands of rows about, each
 * of a dozen objects, though hardly anyone asks for them.
 */
export class RecentRows {
  /** Rows that made room for others. */
  evicted = 0;
  readonly capacity: number;
  readonly #packs: Uint8Array[] = [];
  #newest: Row[] = [];
  #size = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get size(): number {
    return this.#size;
  }

  push(row: Row): void {
    if (this.capacity === 0) return;
    if (this.#size === this.capacity) this.evicted++;
    else this.#size++;
    this.#newest.push(row);
    if (this.#newest.length < PACK_ROWS) return;
    this.#packs.push(packRows(this.#newest));
    this.#newest = [];
    if (this.#packs.length * PACK_ROWS >= this.capacity + PACK_ROWS) this.#packs.shift();
  }

  /** Oldest first; nothing may be added meanwhile. */
  *[Symbol.iterator](): Generator<Row> {
    /** Rows that made room and are still there. */
    let gone = this.#packs.length * PACK_ROWS + this.#newest.length - this.#size;
    for (const pack of this.#packs) {
      if (gone < PACK_ROWS) yield* unpackRows(pack).slice(gone);
      gone = Math.max(0, gone - PACK_ROWS);
    }
    yield* this.#newest.slice(gone);
  }
}
