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
  readonly #refuse: (error: SysprobeError) => void;
  #readers: Readers | undefined;
  #events: readonly string[] = [];
  #kinds: readonly (RecordKind | undefined)[] = [];

  /** `refuse` is told of each row that is no record, which is left out; by default it throws what it is told. */
  constructor(refuse: (error: SysprobeError) => void = rethrow) {
    this.#refuse = refuse;
  }

  /**
   * The records of a message, without events that this version does not know. Throws SP_WIRE_INVALID when the stream
   * does not begin with hello, or does not say what its rows are made of.
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
    return rows.flatMap((row) => this.#record(kind, row) ?? []);
  }

  #event(type: number, row: Row): ReadRecord[] {
    const kind = this.#kinds[type];
    const record = kind && this.#record(kind, row);
    return record === undefined ? [] : [{ ...record, type: this.#events[type] as EventType }];
  }

  #record(kind: RecordKind, row: Row): ReadRecord | undefined {
    const read = this.#readers?.[kind];
    if (read === undefined)
      throw invalid(`the stream has ${PLURALS[kind]} and does not say what they are made of`);
    try {
      return { kind, row: read(row) };
    } catch (error) {
      if (!(error instanceof SysprobeError)) throw error;
      this.#refuse(error);
      return undefined;
    }
  }
}

function rethrow(error: SysprobeError): never {
  throw error;
}

function invalid(message: string): SysprobeError {
  return new SysprobeError('SP_WIRE_INVALID', message);
}
