import { FLOW_FIELDS, type FlowRow } from '../../wire/flow.ts';
import type { Reader, TimeReader } from '../store/column.ts';
import type { FlowReaders } from '../store/flow-columns.ts';

/** Rows that are not packed yet, read as columns are. */
export class RowReaders implements FlowReaders {
  readonly id: Reader<string | null>;
  readonly #rows: readonly { row: FlowRow }[];

  constructor(rows: readonly { row: FlowRow }[]) {
    this.#rows = rows;
    this.id = this.#cells('id') as Reader<string | null>;
  }

  text(name: string): Reader<string | null> {
    return this.#cells(name) as Reader<string | null>;
  }

  number(name: string): Reader<number | null> {
    const cells = this.#cells(name);
    return {
      read: (slot) => {
        const cell = cells.read(slot);
        return cell === null ? null : Number(cell);
      },
    };
  }

  time(name: string): TimeReader {
    const cells = this.#cells(name);
    const read = (slot: number) => {
      const cell = cells.read(slot);
      return cell === null ? null : BigInt(cell as bigint | number);
    };
    const milliseconds = (slot: number) => {
      const cell = cells.read(slot);
      return cell === null ? undefined : Number(cell) / 1e6;
    };
    return { read, milliseconds };
  }

  readRow(slot: number): FlowRow {
    return this.#rows[slot]?.row ?? [];
  }

  #cells(name: string): Reader {
    const place = FLOW_FIELDS.findIndex(([each]) => each === name);
    return { read: (slot) => this.#rows[slot]?.row[place] ?? null };
  }
}
