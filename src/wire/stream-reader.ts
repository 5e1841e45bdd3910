import { SysprobeError } from '../lib/errors.ts';
import type { Row } from './fields.ts';
import { CODECS, kindsOf, PLURALS, RECORD_KINDS, type RecordKind } from './kinds.ts';
import type { EventType, Hello, Message } from './messages.ts';

/** A row that is checked and in the order of this version. */
export interface ReadRecord {
  kind: RecordKind;
  row: Row;
  /** Of the event; a list has none. */
  type?: EventType;
}

type Readers = { [Kind in RecordKind]?: (row: Row) => Row };

/** Reads the rows of a stream by what its first message says of them. */
export class StreamReader {
  #readers: Readers | undefined;
  #events: readonly string[] = [];
  #kinds: readonly (RecordKind | undefined)[] = [];

  /**
   * The records of a message, without events that this version does not know. Throws SP_WIRE_INVALID for rows that
   * are no records, and when the stream does not begin with hello.
   */
  read(message: Message): ReadRecord[] {
    if (message.type === 'hello') {
      this.#begin(message);
      return [];
    }
    if (message.type === 'session' || message.type === 'mark') return [];
    if (this.#readers === undefined) {
      throw invalid(`the stream begins with ${message.type} instead of hello`);
    }
    switch (message.type) {
      case 'flows':
        return this.#rows('flow', message.flows);
      case 'dns':
        return this.#rows('dns', message.dns);
      case 'processes':
        return this.#rows('process', message.processes);
      case 'containers':
        return this.#rows('container', message.containers);
      case 'events':
        return message.events.flatMap(([type, row]) => this.#event(type, row));
      case 'lost':
      case 'end':
        return [];
    }
  }

  #begin({ fields, events }: Hello): void {
    this.#readers = {};
    for (const kind of RECORD_KINDS) {
      if (fields[kind].length > 0) this.#readers[kind] = CODECS[kind].compileRowReader(fields[kind]);
    }
    this.#events = events;
    this.#kinds = kindsOf(events);
  }

  #rows(kind: RecordKind, rows: readonly Row[]): ReadRecord[] {
    return rows.map((row) => ({ kind, row: this.#row(kind, row) }));
  }

  #event(type: number, row: Row): ReadRecord[] {
    const kind = this.#kinds[type];
    return kind === undefined
      ? []
      : [{ kind, row: this.#row(kind, row), type: this.#events[type] as EventType }];
  }

  #row(kind: RecordKind, row: Row): Row {
    const read = this.#readers?.[kind];
    if (read === undefined)
      throw invalid(`the stream has ${PLURALS[kind]} and does not say what they are made of`);
    return read(row);
  }
}

function invalid(message: string): SysprobeError {
  return new SysprobeError('SP_WIRE_INVALID', message);
}
