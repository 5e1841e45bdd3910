import { FLOW_FIELDS, type FlowRow } from '../../wire/flow.ts';
import {
  type Column,
  FlagColumn,
  IdColumn,
  NumberColumn,
  type Reader,
  TextColumn,
  TimeColumn,
  type TimeReader,
} from './column.ts';
import { Texts } from './texts.ts';

export type FieldKind = (typeof FLOW_FIELDS)[number][1];
export type Named<Kind extends FieldKind> = Extract<(typeof FLOW_FIELDS)[number], readonly [string, Kind]>[0];

/** The fields of flows, as they are read. */
export interface FlowReaders {
  readonly id: Reader<string | null>;
  text(name: Exclude<Named<'text'>, 'id'>): Reader<string | null>;
  number(name: Named<'uint'>): Reader<number | null>;
  time(name: Named<'time'>): TimeReader;
  readRow(slot: number): FlowRow;
}

const FIRST_CAPACITY = 1024;

/**
 * The fields of all flows, a column for each. A field that is appended to FLOW_FIELDS is stored without a change
 * here. An object for each flow would take five times the memory.
 */
export class FlowColumns implements FlowReaders {
  readonly #texts: Texts;
  readonly #byName: ReadonlyMap<string, Column>;
  readonly #inOrder: readonly Column[];
  readonly id: IdColumn;
  #capacity = 0;

  constructor(texts = new Texts(), byName = emptyColumns(texts)) {
    this.#texts = texts;
    this.#byName = byName;
    this.#inOrder = [...byName.values()];
    this.id = byName.get('id') as IdColumn;
  }

  /** The flows of the slots, in their order, as they are now: only to be read. */
  pick(slots: Uint32Array): FlowColumns {
    const texts = this.#texts.copy();
    const picked = Array.from(this.#byName, ([name, column]) => [name, column.pick(slots, texts)] as const);
    return new FlowColumns(texts, new Map(picked));
  }

  text(name: Exclude<Named<'text'>, 'id'>): TextColumn {
    return this.#byName.get(name) as TextColumn;
  }

  number(name: Named<'uint'>): NumberColumn {
    return this.#byName.get(name) as NumberColumn;
  }

  time(name: Named<'time'>): TimeColumn {
    return this.#byName.get(name) as TimeColumn;
  }

  flag(name: Named<'bool'>): FlagColumn {
    return this.#byName.get(name) as FlagColumn;
  }

  /** A row in the order of FLOW_FIELDS. */
  readRow(slot: number): FlowRow {
    return this.#inOrder.map((column) => column.read(slot));
  }

  writeRow(slot: number, row: FlowRow): void {
    if (slot >= this.#capacity) this.#grow(slot);
    for (let i = 0; i < this.#inOrder.length; i++) this.#inOrder[i]?.write(slot, row[i] ?? null);
  }

  clear(slot: number): void {
    for (const column of this.#inOrder) column.write(slot, null);
  }

  #grow(slot: number): void {
    this.#capacity = Math.max(FIRST_CAPACITY, this.#capacity * 2, slot + 1);
    for (const column of this.#inOrder) column.grow(this.#capacity);
  }
}

function emptyColumns(texts: Texts): Map<string, Column> {
  return new Map(
    FLOW_FIELDS.map(([name, kind]) => [name, name === 'id' ? new IdColumn() : columnOf(kind, texts)]),
  );
}

function columnOf(kind: FieldKind, texts: Texts): Column {
  switch (kind) {
    case 'text':
      return new TextColumn(texts);
    case 'uint':
      return new NumberColumn();
    case 'time':
      return new TimeColumn();
    case 'bool':
      return new FlagColumn();
  }
}
