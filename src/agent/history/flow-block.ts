import type { Cell } from '../../wire/fields.ts';
import { FLOW_FIELDS, type FlowRow } from '../../wire/flow.ts';
import type { Reader, TimeReader } from '../store/column.ts';
import type { FlowReaders, Named } from '../store/flow-columns.ts';
import {
  IdTexts,
  InstantColumn,
  openColumn,
  type PackedColumn,
  packUints,
  ValueColumn,
  type WrittenColumn,
} from './packed-column.ts';

/** What of a flow has been told by an earlier row, in the order of the row's `before`. */
export const CARRIED = [
  'sent.bytes',
  'received.bytes',
  'sent.packets',
  'received.packets',
  'retransmits',
  'lostPackets',
] as const satisfies readonly Named<'uint'>[];

export interface HistoryRow {
  row: FlowRow;
  /** By CARRIED; undefined = nothing. */
  before: readonly number[] | undefined;
}

/** A block as plain data: what files hold. */
export interface WrittenBlock {
  version: 1;
  size: number;
  firstMs: number;
  lastMs: number;
  openedMs: number;
  /** By the name of the field, so that a later version reads what it knows. */
  columns: Record<string, WrittenColumn>;
  before: WrittenColumn[];
}

const MAX_ROWS = 2 ** 16;
const OPENED_AT = FLOW_FIELDS.findIndex(([name]) => name === 'openedAt');

/**
 * Rows of flows of one time slot, packed by column: 50 to 70 bytes a flow, where the table of flows takes 250. They are
 * read where they lie. Each row has all that a flow's record has.
 */
export class FlowBlock implements FlowReaders {
  readonly size: number;
  /** The earliest and the latest activity of the rows, in milliseconds since the epoch. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** When the first of its flows was opened; 0 when that is not known of all. */
  readonly openedMs: number;
  readonly bytes: number;
  readonly id: Reader<string | null>;
  readonly #columns: Map<string, PackedColumn>;
  readonly #before: readonly PackedColumn[];

  private constructor(written: WrittenBlock) {
    this.size = written.size;
    this.firstMs = written.firstMs;
    this.lastMs = written.lastMs;
    this.openedMs = written.openedMs;
    this.#columns = new Map(Object.entries(written.columns).map(([name, each]) => [name, openColumn(each)]));
    this.#before = written.before.map(openColumn);
    this.id = this.#reader('id') as Reader<string | null>;
    let bytes = 0;
    for (const column of [...this.#columns.values(), ...this.#before]) bytes += column.bytes;
    this.bytes = bytes;
  }

  static pack(rows: readonly HistoryRow[], span: { firstMs: number; lastMs: number }): FlowBlock {
    if (rows.length > MAX_ROWS) throw new RangeError(`a block of ${rows.length} rows`);
    const columns: Record<string, WrittenColumn> = {};
    const cellsOf = columnwise(rows);
    for (const [i, [name, kind]] of FLOW_FIELDS.entries()) {
      const cells = cellsOf[i] ?? [];
      columns[name] = (name === 'id' ? IdTexts.pack(cells) : packCells(cells, kind)).written;
    }
    const before = CARRIED.map((_, i) => packUints(rows.map((each) => each.before?.[i] ?? 0)).written);
    const openedMs = Math.min(...rows.map(({ row }) => Number(row[OPENED_AT] ?? 0) / 1e6));
    return new FlowBlock({ version: 1, size: rows.length, ...span, openedMs, columns, before });
  }

  static open(written: WrittenBlock): FlowBlock {
    return new FlowBlock(written);
  }

  get written(): WrittenBlock {
    const { size, firstMs, lastMs, openedMs } = this;
    const columns = Object.fromEntries([...this.#columns].map(([name, { written }]) => [name, written]));
    return {
      version: 1,
      size,
      firstMs,
      lastMs,
      openedMs,
      columns,
      before: this.#before.map(({ written }) => written),
    };
  }

  text(name: Exclude<Named<'text'>, 'id'>): Reader<string | null> {
    return this.#reader(name) as Reader<string | null>;
  }

  number(name: Named<'uint'>): Reader<number | null> {
    return this.#reader(name) as Reader<number | null>;
  }

  time(name: Named<'time'>): TimeReader {
    return this.#reader(name) as TimeReader;
  }

  readRow(slot: number): FlowRow {
    return FLOW_FIELDS.map(([name]) => this.#columns.get(name)?.read(slot) ?? null);
  }

  /** By CARRIED. */
  before(slot: number): readonly number[] {
    return this.#before.map((column) => Number(column.read(slot) ?? 0));
  }

  /** A field that the block was written without is not known. */
  #reader(name: string): PackedColumn | typeof UNKNOWN {
    return this.#columns.get(name) ?? UNKNOWN;
  }
}

const UNKNOWN = { read: () => null, milliseconds: () => undefined };

/** Row after row, as they lie in memory: column after column would fetch each row as often as it has fields. */
function columnwise(rows: readonly HistoryRow[]): Cell[][] {
  const columns = FLOW_FIELDS.map(() => new Array<Cell>(rows.length));
  for (const [slot, { row }] of rows.entries()) {
    for (let i = 0; i < columns.length; i++) (columns[i] as Cell[])[slot] = row[i] ?? null;
  }
  return columns;
}

function packCells(cells: readonly Cell[], kind: (typeof FLOW_FIELDS)[number][1]): PackedColumn {
  switch (kind) {
    case 'uint':
      return packUints(cells);
    case 'time':
      return InstantColumn.pack(cells);
    case 'text':
    case 'bool':
      // A block has no more rows than a column of values has places.
      return ValueColumn.pack(cells) as ValueColumn;
  }
}
