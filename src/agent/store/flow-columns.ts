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
  readonly #texts = new Texts();
  readonly #byName = new Map<string, Column>();
  readonly #inOrder: Column[];
  readonly id: IdColumn;
  #capacity = 0;

  constructor() {
    this.id = new IdColumn();
    for (const [name, kind] of FLOW_FIELDS) {
      this.#byName.set(name, name === 'id' ? this.id : columnOf(kind, this.#texts));
    }
    this.#inOrder = [...this.#byName.values()];
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
