import type { FlowRow } from '../../wire/flow.ts';
import { ownText, type Texts } from './texts.ts';

export type Cell = FlowRow[number];

/** One field of flows, by slot, as it is read. Null is not known. */
export interface Reader<T extends Cell = Cell> {
  read(slot: number): T;
}

export interface TimeReader extends Reader<bigint | null> {
  /** With the fraction that a double can hold. */
  milliseconds(slot: number): number | undefined;
}

/** One field of all flows, by slot. A slot that was never written holds null. */
export interface Column extends Reader {
  write(slot: number, cell: Cell): void;
  grow(capacity: number): void;
  /** Those of the slots, in their order, as they are now. `texts` is a copy of the texts. */
  pick(slots: Uint32Array, texts: Texts): Column;
}

/** Texts that many flows share. */
export class TextColumn implements Column {
  readonly #texts: Texts;
  #numbers = new Uint32Array(0);

  constructor(texts: Texts) {
    this.#texts = texts;
  }

  read(slot: number): string | null {
    return this.#texts.at(this.#numbers[slot] ?? 0) ?? null;
  }

  write(slot: number, cell: Cell): void {
    if (this.read(slot) === cell) return;
    this.#texts.release(this.#numbers[slot] ?? 0);
    this.#numbers[slot] = typeof cell === 'string' ? this.#texts.keep(cell) : 0;
  }

  grow(capacity: number): void {
    this.#numbers = enlarged(this.#numbers, new Uint32Array(capacity));
  }

  pick(slots: Uint32Array, texts: Texts): TextColumn {
    const picked = new TextColumn(texts);
    picked.#numbers = gathered(this.#numbers, slots, new Uint32Array(slots.length));
    return picked;
  }
}

/** Texts that differ from flow to flow. */
export class IdColumn implements Column {
  readonly #ids: (string | null)[] = [];

  read(slot: number): string | null {
    return this.#ids[slot] ?? null;
  }

  write(slot: number, cell: Cell): void {
    if (cell === this.#ids[slot]) return;
    this.#ids[slot] = typeof cell === 'string' ? ownText(cell) : null;
  }

  grow(): void {}

  pick(slots: Uint32Array): IdColumn {
    const picked = new IdColumn();
    for (const slot of slots) picked.#ids.push(this.read(slot));
    return picked;
  }
}

const WIDEST_UINT32 = 0xffff_fffe;

/** Unsigned integers, stored plus one so that 0 is null; four bytes each until one does not fit. */
export class NumberColumn implements Column {
  #values: Uint32Array | Float64Array = new Uint32Array(0);

  read(slot: number): number | null {
    const value = this.#values[slot] ?? 0;
    return value === 0 ? null : value - 1;
  }

  write(slot: number, cell: Cell): void {
    const value = cell === null ? -1 : Number(cell);
    if (value > WIDEST_UINT32 && this.#values instanceof Uint32Array) {
      this.#values = Float64Array.from(this.#values);
    }
    this.#values[slot] = value + 1;
  }

  grow(capacity: number): void {
    const wide = this.#values instanceof Float64Array;
    this.#values = enlarged(this.#values, wide ? new Float64Array(capacity) : new Uint32Array(capacity));
  }

  pick(slots: Uint32Array): NumberColumn {
    const picked = new NumberColumn();
    const wide = this.#values instanceof Float64Array;
    const into = wide ? new Float64Array(slots.length) : new Uint32Array(slots.length);
    picked.#values = gathered(this.#values, slots, into);
    return picked;
  }
}

/** Nanoseconds since the epoch; 0 is null. */
export class TimeColumn implements Column, TimeReader {
  #values = new BigUint64Array(0);

  read(slot: number): bigint | null {
    return this.#values[slot] || null;
  }

  milliseconds(slot: number): number | undefined {
    const value = this.#values[slot];
    return value ? Number(value) / 1e6 : undefined;
  }

  write(slot: number, cell: Cell): void {
    this.#values[slot] = cell === null ? 0n : BigInt(cell as number | bigint);
  }

  grow(capacity: number): void {
    const larger = new BigUint64Array(capacity);
    larger.set(this.#values);
    this.#values = larger;
  }

  pick(slots: Uint32Array): TimeColumn {
    const picked = new TimeColumn();
    picked.#values = new BigUint64Array(slots.length);
    for (let i = 0; i < slots.length; i++) picked.#values[i] = this.#values[slots[i] ?? 0] ?? 0n;
    return picked;
  }
}

export class FlagColumn implements Column {
  #values = new Uint8Array(0);

  read(slot: number): boolean | null {
    const value = this.#values[slot] ?? 0;
    return value === 0 ? null : value === 2;
  }

  write(slot: number, cell: Cell): void {
    this.#values[slot] = cell === null ? 0 : 1 + Number(cell);
  }

  grow(capacity: number): void {
    this.#values = enlarged(this.#values, new Uint8Array(capacity));
  }

  pick(slots: Uint32Array): FlagColumn {
    const picked = new FlagColumn();
    picked.#values = gathered(this.#values, slots, new Uint8Array(slots.length));
    return picked;
  }
}

function enlarged<T extends Uint8Array | Uint32Array | Float64Array>(
  values: ArrayLike<number>,
  larger: T,
): T {
  larger.set(values);
  return larger;
}

function gathered<T extends Uint8Array | Uint32Array | Float64Array>(
  values: ArrayLike<number>,
  slots: Uint32Array,
  into: T,
): T {
  for (let i = 0; i < slots.length; i++) into[i] = values[slots[i] ?? 0] ?? 0;
  return into;
}
