import { type Packed, pack } from '../../map/packed.ts';
import type { Cell } from '../../wire/fields.ts';
import type { Reader, TimeReader } from '../store/column.ts';

/** What a column is written as: plain data. */
export interface WrittenColumn {
  /** The different values, where they are few; `numbers` are then places in it. */
  values?: Cell[];
  /** Texts one behind the other, each up to its place in `numbers`, without what all of them begin with. */
  texts?: { prefix: string; bytes: Uint8Array };
  /** Nanoseconds that `numbers` count from. */
  base?: bigint | number;
  numbers: Packed | undefined;
}

const MAX_VALUES = 0xffff;

/** Values by their place in the list of those that are different. */
export class ValueColumn implements Reader {
  readonly written: WrittenColumn & { values: Cell[] };

  constructor(written: WrittenColumn & { values: Cell[] }) {
    this.written = written;
  }

  static pack(cells: readonly Cell[]): ValueColumn | undefined {
    const places = new Map<Cell, number>();
    const numbers: number[] = [];
    for (const cell of cells) {
      let place = places.get(cell);
      if (place === undefined) {
        place = places.size;
        if (place > MAX_VALUES) return undefined;
        places.set(cell, place);
      }
      numbers.push(place);
    }
    return new ValueColumn({ values: [...places.keys()], numbers: pack(numbers) });
  }

  read(slot: number): Cell {
    const { values, numbers } = this.written;
    return values[numbers?.[slot] ?? 0] ?? null;
  }

  get bytes(): number {
    const { values, numbers } = this.written;
    return values.reduce<number>((sum, value) => sum + cellBytes(value), numbers?.byteLength ?? 0);
  }
}

/** Unsigned integers plus one, so that 0 is null. */
export class UintColumn implements Reader<number | null> {
  readonly written: WrittenColumn;

  constructor(written: WrittenColumn) {
    this.written = written;
  }

  static pack(cells: readonly Cell[]): UintColumn {
    return new UintColumn({ numbers: pack(cells.map((cell) => (cell === null ? 0 : Number(cell) + 1))) });
  }

  read(slot: number): number | null {
    const value = this.written.numbers?.[slot] ?? 0;
    return value === 0 ? null : value - 1;
  }

  get bytes(): number {
    return this.written.numbers?.byteLength ?? 0;
  }
}

/** Nanoseconds, as a distance plus one from the earliest; 0 is null. A distance fits a double for 104 days. */
export class InstantColumn implements TimeReader {
  readonly written: WrittenColumn;
  readonly #base: bigint;
  readonly #baseMs: number;

  constructor(written: WrittenColumn) {
    this.written = written;
    // Small ones are read as numbers.
    this.#base = BigInt(written.base ?? 0);
    this.#baseMs = Number(this.#base) / 1e6;
  }

  static pack(cells: readonly Cell[]): InstantColumn {
    let base: bigint | undefined;
    for (const cell of cells) {
      const time = cell === null ? undefined : BigInt(cell as bigint | number);
      if (time !== undefined && (base === undefined || time < base)) base = time;
    }
    const from = base ?? 0n;
    const distances = cells.map((cell) => (cell === null ? 0 : Number(BigInt(cell as bigint) - from) + 1));
    return new InstantColumn({ base: from, numbers: pack(distances) });
  }

  read(slot: number): bigint | null {
    const distance = this.written.numbers?.[slot] ?? 0;
    return distance === 0 ? null : this.#base + BigInt(distance - 1);
  }

  milliseconds(slot: number): number | undefined {
    const distance = this.written.numbers?.[slot] ?? 0;
    return distance === 0 ? undefined : this.#baseMs + (distance - 1) / 1e6;
  }

  get bytes(): number {
    return this.written.numbers?.byteLength ?? 0;
  }
}

/** Texts that are all different, as bytes. */
export class IdTexts implements Reader<string | null> {
  readonly written: WrittenColumn & { texts: { prefix: string; bytes: Uint8Array } };
  readonly #bytes: Buffer;

  constructor(written: IdTexts['written']) {
    this.written = written;
    const { buffer, byteOffset, byteLength } = written.texts.bytes;
    this.#bytes = Buffer.from(buffer, byteOffset, byteLength);
  }

  static pack(cells: readonly Cell[]): IdTexts {
    const texts = cells.map(String);
    const prefix = commonPrefix(texts);
    const parts = texts.map((text) => Buffer.from(text.slice(prefix.length)));
    let end = 0;
    const ends = parts.map(({ length }) => {
      end += length;
      return end;
    });
    const bytes = new Uint8Array(end);
    for (const [i, part] of parts.entries()) bytes.set(part, (ends[i] ?? 0) - part.length);
    return new IdTexts({ texts: { prefix, bytes }, numbers: pack(ends) });
  }

  read(slot: number): string {
    const { texts, numbers } = this.written;
    const begin = slot === 0 ? 0 : (numbers?.[slot - 1] ?? 0);
    return texts.prefix + this.#bytes.toString('utf8', begin, numbers?.[slot] ?? 0);
  }

  get bytes(): number {
    return this.#bytes.length + (this.written.numbers?.byteLength ?? 0);
  }
}

export type PackedColumn = ValueColumn | UintColumn | InstantColumn | IdTexts;

/** The smaller of both: few different values, or the numbers themselves. */
export function packUints(cells: readonly Cell[]): PackedColumn {
  const direct = UintColumn.pack(cells);
  const values = ValueColumn.pack(cells);
  return values !== undefined && values.bytes < direct.bytes ? values : direct;
}

export function openColumn(written: WrittenColumn): PackedColumn {
  const { values, texts, base } = written;
  if (texts !== undefined) return new IdTexts({ ...written, texts });
  if (values !== undefined) return new ValueColumn({ ...written, values });
  return base === undefined ? new UintColumn(written) : new InstantColumn(written);
}

function cellBytes(cell: Cell): number {
  // A string of its own has a head of 12 to 20 bytes.
  return typeof cell === 'string' ? cell.length + 20 : 8;
}

/** Of ASCII alone: no character is cut in two. */
function commonPrefix([first = '', ...others]: readonly string[]): string {
  let length = /^[\x20-\x7e]*/.exec(first)?.[0].length ?? 0;
  for (const other of others) {
    let same = 0;
    while (same < length && first[same] === other[same]) same += 1;
    length = same;
  }
  return first.slice(0, length);
}
