import { SysprobeError } from '../lib/errors.ts';
import {
  type AnswerCell,
  type Cell,
  type FieldKind,
  type Fields,
  int,
  MAX_ITEMS,
  MAX_ITEMS_TEXT,
  MAX_TEXT,
  type Row,
  uint,
} from './fields.ts';
import { formatTime, parseTime } from './time.ts';

/** Turns records of one kind into rows and back. */
export interface Codec<T> {
  /** The order of a row. */
  readonly names: readonly string[];
  readonly fields: Fields;
  /** What every record has. */
  readonly required: readonly string[];
  /** Reads a row in the order of this version. Throws SP_WIRE_INVALID. */
  read(row: Row): T;
  toRow(record: T): Row;
  /**
   * Makes the reader of rows whose cells are in the order of `names`, the list of a stream's hello. What it returns is
   * in the order of this version and checked: unknown fields are left out, absent ones null. Maker and reader throw
   * SP_WIRE_INVALID.
   */
  compileRowReader(names: readonly string[]): (row: Row) => Row;
  /** The row with cells cut to what a reader takes. */
  fit(row: Row): Row;
}

export interface CodecOptions {
  /** What a record is called in errors. */
  kind: string;
  /** What every record has. */
  required?: readonly string[];
}

type Parent = Record<string, unknown>;

export function compileCodec<T>(fields: Fields, { kind, required = [] }: CodecOptions): Codec<T> {
  const names = fields.map(([name]) => name);
  const needed = new Set(required);
  const columns = fields.map(([name, type]) => {
    const parents = name.split('.');
    return { name, type, key: parents.pop() ?? '', parents };
  });

  const check = (cell: Cell | undefined, name: string, type: FieldKind): Cell => {
    if (cell == null) {
      if (needed.has(name)) throw invalid(`${name} of ${kind} is missing`);
      return null;
    }
    if (!isOfKind(cell, type)) throw invalid(`${name} of ${kind} is not ${EXPECTED[type]}`);
    return cell;
  };

  return {
    names,
    fields,
    required,
    read: (row) => {
      const record: Parent = {};
      for (const [i, { name, type, key, parents }] of columns.entries()) {
        const cell = check(row[i], name, type);
        if (cell === null) continue;
        let parent = record;
        for (const each of parents) {
          parent[each] ??= {};
          parent = parent[each] as Parent;
        }
        parent[key] = toValue(cell, type);
      }
      return record as T;
    },
    toRow: (record) =>
      columns.map(({ type, key, parents }) => {
        let from = record as Parent | undefined;
        for (const parent of parents) from = from?.[parent] as Parent | undefined;
        return toCell(from?.[key], type);
      }),
    compileRowReader: (sent) => {
      const missing = required.find((name) => !sent.includes(name));
      if (missing !== undefined) throw invalid(`the stream does not carry ${missing} of ${kind}`);
      const found = fields.map(([name, type]) => ({ name, type, at: sent.indexOf(name) }));
      return (row) => found.map(({ name, type, at }) => check(row[at], name, type));
    },
    fit: (row) => (row.some(isTooLarge) ? row.map(cut) : row),
  };
}

const EXPECTED: Record<FieldKind, string> = {
  text: `text of at most ${MAX_TEXT} characters`,
  uint: 'a whole number below 2^53',
  int: 'a whole number between -2^53 and 2^53',
  time: 'a time in nanoseconds',
  bool: 'true or false',
  texts: `a list of texts of at most ${MAX_ITEMS_TEXT} characters together`,
  answers: `a list of [name, type, data, ttl] of at most ${MAX_ITEMS_TEXT} characters together`,
};

const MAX_TIME = 2n ** 63n;

function isOfKind(cell: NonNullable<Cell>, kind: FieldKind): boolean {
  switch (kind) {
    case 'text':
      return typeof cell === 'string' && cell.length <= MAX_TEXT;
    case 'uint':
      return isInteger(cell) && Number(cell) >= 0;
    case 'int':
      return isInteger(cell);
    case 'time':
      if (typeof cell === 'bigint') return cell >= 0n && cell < MAX_TIME;
      return Number.isSafeInteger(cell) && Number(cell) >= 0;
    case 'bool':
      return typeof cell === 'boolean';
    case 'texts':
      return isList(cell) && cell.every((item) => typeof item === 'string') && !isTooLarge(cell);
    case 'answers':
      return isList(cell) && cell.every(isAnswer) && !isTooLarge(cell);
  }
}

function isInteger(cell: Cell): boolean {
  return Number.isSafeInteger(typeof cell === 'bigint' ? Number(cell) : cell);
}

function isList(cell: Cell): cell is string[] | AnswerCell[] {
  return Array.isArray(cell);
}

function isAnswer(item: unknown): boolean {
  if (!Array.isArray(item) || item.length !== 4) return false;
  const [name, type, data, ttl] = item;
  const texts = typeof name === 'string' && typeof type === 'string' && typeof data === 'string';
  return texts && Number.isSafeInteger(ttl) && ttl >= 0;
}

function sizeOf(item: string | AnswerCell): number {
  return typeof item === 'string' ? item.length : item[0].length + item[1].length + item[2].length;
}

function isTooLarge(cell: Cell): boolean {
  if (typeof cell === 'string') return cell.length > MAX_TEXT;
  if (!isList(cell)) return false;
  let total = 0;
  for (const item of cell) total += sizeOf(item);
  return cell.length > MAX_ITEMS || total > MAX_ITEMS_TEXT;
}

function cut(cell: Cell): Cell {
  if (!isTooLarge(cell)) return cell;
  if (typeof cell === 'string') return cell.slice(0, MAX_TEXT);
  let total = 0;
  const items = (cell as (string | AnswerCell)[]).slice(0, MAX_ITEMS);
  const end = items.findIndex((item) => {
    total += sizeOf(item);
    return total > MAX_ITEMS_TEXT;
  });
  return (end < 0 ? items : items.slice(0, end)) as string[] | AnswerCell[];
}

function toValue(cell: NonNullable<Cell>, kind: FieldKind): unknown {
  switch (kind) {
    case 'uint':
    case 'int':
      return Number(cell);
    case 'time':
      return formatTime(cell as number | bigint);
    case 'answers':
      return (cell as AnswerCell[]).map(([name, type, data, ttl]) => ({ name, type, data, ttl }));
    case 'text':
    case 'bool':
    case 'texts':
      return cell;
  }
}

function toCell(value: unknown, kind: FieldKind): Cell {
  if (value === undefined || value === null) return null;
  switch (kind) {
    case 'time':
      return parseTime(String(value)) ?? null;
    case 'uint':
      return uint(value as number);
    case 'int':
      return int(value as number);
    case 'answers':
      return (value as { name: string; type: string; data: string; ttl: number }[]).map(
        ({ name, type, data, ttl }) => [name, type, data, ttl],
      );
    case 'text':
    case 'bool':
    case 'texts':
      return value as Cell;
  }
}

function invalid(message: string): SysprobeError {
  return new SysprobeError('SP_WIRE_INVALID', message);
}
