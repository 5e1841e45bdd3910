import { SysprobeError } from '../../lib/errors.ts';
import { decodeItem, encodeMessage } from '../../wire/cbor.ts';
import { type Cursor, formatCursor } from '../../wire/cursor.ts';
import type { Row } from '../../wire/fields.ts';
import { CODECS, EVENT_KINDS, kindsOf, type RecordKind } from '../../wire/kinds.ts';
import { EVENT_TYPES, type EventsMessage, type EventType } from '../../wire/messages.ts';
import type { ReplayStatus } from '../../wire/status.ts';
import { EventReader } from './event-reader.ts';

/** `[index into EVENT_TYPES, row]` */
export type LoggedEvent = EventsMessage['events'][number];

/** Consecutive events, encoded once for all readers. */
export interface Batch {
  type: 'batch';
  /** Number of its first event. */
  firstSeq: number;
  count: number;
  /** What its events are about. */
  kinds: readonly RecordKind[];
  /** An EventsMessage as an item of the CBOR sequence. */
  item: Buffer;
}

const EVENT_INDEX = Object.fromEntries(EVENT_TYPES.map((type, i) => [type, i])) as Record<EventType, number>;

/** The kind of an event, by its place in EVENT_TYPES. */
export const KINDS = kindsOf(EVENT_TYPES);

/**
 * Few enough that the oldest events go in small steps and that MAX_ITEM_BYTES leaves 32 KiB for each, many enough
 * that the encoder's cost of a call does not count.
 */
const MAX_BATCH_EVENTS = 128;

/** What a batch takes beside its bytes, so that many batches of one event are bounded too. */
const BATCH_OVERHEAD_BYTES = 400;

/**
 * The newest events, in a ring that is bounded by events and bytes. Readers are positions in it: a slow one costs
 * nothing, and is told exactly how many events it missed when their place was given to newer ones.
 */
export class EventLog {
  readonly run: string;
  readonly #limits: { maxBytes: number; maxEvents: number };
  readonly #batchEvents: number;
  readonly #readers = new Set<EventReader>();
  readonly #appended = Object.fromEntries(EVENT_TYPES.map((type) => [type, 0])) as Record<EventType, number>;
  readonly #batches: Batch[] = [];
  #pending: LoggedEvent[] = [];
  /** The newest batch before it was encoded: readers that keep up need not decode it. */
  #newest: { batch: Batch; events: LoggedEvent[] } | undefined;
  #bytes = 0;
  #events = 0;
  #head = 0;
  #missed = 0;

  /** `run` names this run of the probe in cursors: letters, digits, `-` and `_`. */
  constructor({ run, ...limits }: { run: string; maxBytes: number; maxEvents: number }) {
    this.run = run;
    this.#limits = limits;
    // A ring of few events still holds several batches, so that dropping the oldest does not empty it.
    this.#batchEvents = Math.max(1, Math.min(MAX_BATCH_EVENTS, Math.floor(limits.maxEvents / 4)));
  }

  /** Number of the newest event that readers can see; the first ever is 1. */
  get head(): number {
    return this.#head;
  }

  /** Number of the oldest event that is held; head + 1 when none is. */
  get oldest(): number {
    return this.#head - this.#events + 1;
  }

  /** Events by type since the start. */
  get appended(): Readonly<Record<EventType, number>> {
    return this.#appended;
  }

  /** Events that readers, also those that are gone, were too slow for. */
  get missed(): number {
    return this.#missed;
  }

  get readers(): ReadonlySet<EventReader> {
    return this.#readers;
  }

  stats(): ReplayStatus {
    return { events: this.#events, bytes: this.#bytes, ...this.#limits };
  }

  /** Adds an event with a row of the kind that goes with it (EVENT_KINDS); readers see it after the next flush(). */
  append(type: EventType, row: Row): void {
    this.#appended[type]++;
    this.#pending.push([EVENT_INDEX[type], CODECS[EVENT_KINDS[type]].fit(row)]);
    if (this.#pending.length >= this.#batchEvents) this.#seal();
  }

  /** Shows the readers what was appended. */
  flush(): void {
    if (this.#pending.length > 0) this.#seal();
    for (const reader of this.#readers) reader.wake();
  }

  /**
   * Reads what comes behind `after`; without it, what is new from now on. To be closed.
   * Throws SP_QUERY_INVALID for a place that this run has not reached.
   */
  reader(form: string, after: Cursor = { run: this.run, seq: this.#head }): EventReader {
    if (after.run === this.run && after.seq > this.#head) {
      const newest = formatCursor({ run: this.run, seq: this.#head });
      throw new SysprobeError('SP_QUERY_INVALID', `after is beyond the newest event, ${newest}`, {
        parameter: 'after',
        allowed: ['the cursor of an earlier answer of this probe'],
      });
    }
    const reader: EventReader = new EventReader(this, after, {
      form,
      onMissed: (events) => {
        this.#missed += events;
      },
      onClose: () => this.#readers.delete(reader),
    });
    this.#readers.add(reader);
    return reader;
  }

  /** The batch that begins with event `seq`, made from the end of one if need be; undefined when it is not held. */
  batchFrom(seq: number): Batch | undefined {
    const batch = this.#find(seq);
    if (batch === undefined || batch.firstSeq === seq) return batch;
    return this.#encode(seq, this.eventsOf(batch).slice(seq - batch.firstSeq));
  }

  eventsOf(batch: Batch): readonly LoggedEvent[] {
    if (this.#newest?.batch === batch) return this.#newest.events;
    return (decodeItem(batch.item) as EventsMessage).events;
  }

  #seal(): void {
    const events = this.#pending;
    this.#pending = [];
    const batch = this.#encode(this.#head + 1, events);
    this.#newest = { batch, events };
    this.#batches.push(batch);
    this.#head += batch.count;
    this.#events += batch.count;
    this.#bytes += batch.item.length + BATCH_OVERHEAD_BYTES;
    while (this.#batches.length > 1 && this.#isOverfull()) this.#dropOldest();
  }

  #isOverfull(): boolean {
    return this.#events > this.#limits.maxEvents || this.#bytes > this.#limits.maxBytes;
  }

  #dropOldest(): void {
    const batch = this.#batches.shift();
    if (batch === undefined) return;
    this.#events -= batch.count;
    this.#bytes -= batch.item.length + BATCH_OVERHEAD_BYTES;
  }

  #encode(firstSeq: number, events: LoggedEvent[]): Batch {
    const cursor = formatCursor({ run: this.run, seq: firstSeq + events.length - 1 });
    const item = encodeMessage({ type: 'events', cursor, events });
    const kinds = [...new Set(events.map(([type]) => KINDS[type]))].filter((kind) => kind !== undefined);
    return { type: 'batch', firstSeq, count: events.length, kinds, item };
  }

  #find(seq: number): Batch | undefined {
    if (seq < this.oldest || seq > this.#head) return undefined;
    let low = 0;
    let high = this.#batches.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#batches[middle]?.firstSeq ?? 0) <= seq) low = middle;
      else high = middle - 1;
    }
    return this.#batches[low];
  }
}
