import { SysprobeError } from '../lib/errors.ts';
import { formatCursor, parseCursor } from '../wire/cursor.ts';
import type { Row } from '../wire/fields.ts';
import type { EventType, LostMessage } from '../wire/messages.ts';
import type { ReaderStatus, ReplayStatus } from '../wire/status.ts';

/** Where the rows of the ring are. */
export interface RowSlots {
  readRow(slot: number): Row;
  writeRow(slot: number, row: Row): void;
}

export interface FeedOptions {
  /** Names this run of the agent in cursors: letters, digits, `-` and `_`. */
  run: string;
  capacity: number;
  rows: RowSlots;
  /** Memory of a change. */
  entryBytes: number;
  /** The record of a row, as it is written. */
  read(row: Row): object;
}

/**
 * The changes of records that came last, in a ring. Who follows them is a position in it: a slow follower costs
 * nothing, and is told how many changes it missed.
 */
export class RecordFeed {
  readonly #run: string;
  readonly #capacity: number;
  readonly #rows: RowSlots;
  readonly #entryBytes: number;
  readonly #read: FeedOptions['read'];
  readonly #types: EventType[] = [];
  readonly #followers = new Set<FeedFollower>();
  #head = 0;
  #lastId = 0;

  constructor({ run, capacity, rows, entryBytes, read }: FeedOptions) {
    this.#run = run;
    this.#capacity = capacity;
    this.#rows = rows;
    this.#entryBytes = entryBytes;
    this.#read = read;
  }

  get run(): string {
    return this.#run;
  }

  /** Number of the newest change; the first is 1. */
  get head(): number {
    return this.#head;
  }

  get cursor(): string {
    return formatCursor({ run: this.#run, seq: this.#head });
  }

  get readers(): ReaderStatus[] {
    return Array.from(this.#followers, (follower) => follower.status());
  }

  get replay(): ReplayStatus {
    const events = Math.min(this.#head, this.#capacity);
    const maxEvents = this.#capacity;
    const bytes = events * this.#entryBytes;
    return { events, maxEvents, bytes, maxBytes: maxEvents * this.#entryBytes };
  }

  append(type: EventType, row: Row): void {
    const slot = this.#head % this.#capacity;
    this.#rows.writeRow(slot, row);
    this.#types[slot] = type;
    this.#head += 1;
    for (const follower of this.#followers) follower.wake();
  }

  /** From behind the cursor on, or from now on. Throws SP_QUERY_INVALID when it is not a cursor. */
  follow(after?: string): FeedFollower {
    const cursor = after === undefined ? { run: this.#run, seq: this.#head } : parseCursor(after);
    if (cursor === undefined) {
      throw new SysprobeError('SP_QUERY_INVALID', `${JSON.stringify(after)} is not a cursor`, {
        parameter: 'after',
        allowed: ['the cursor of an earlier answer'],
      });
    }
    this.#lastId += 1;
    const follower = new FeedFollower(this, {
      id: this.#lastId,
      position: cursor.run === this.#run ? Math.min(cursor.seq, this.#head) : undefined,
      onClose: () => this.#followers.delete(follower),
    });
    this.#followers.add(follower);
    return follower;
  }

  /** Undefined when newer changes have taken its place, or it has not come yet. */
  at(seq: number): { type: EventType; record: object } | undefined {
    const slot = (seq - 1) % this.#capacity;
    const type = this.#types[slot];
    if (type === undefined || seq <= this.#head - this.#capacity || seq > this.#head) return undefined;
    return { type, record: this.#read(this.#rows.readRow(slot)) };
  }
}

export class FeedFollower {
  readonly #feed: RecordFeed;
  readonly #id: number;
  readonly #onClose: () => void;
  #position: number;
  #lost = 0;
  #restarted: boolean;
  #wake: (() => void) | undefined;

  constructor(feed: RecordFeed, options: { id: number; position: number | undefined; onClose: () => void }) {
    this.#feed = feed;
    this.#id = options.id;
    this.#onClose = options.onClose;
    this.#restarted = options.position === undefined;
    this.#position = options.position ?? feed.head;
  }

  /** What came since the last call, at most `max`, each as it is written: `{ type, cursor, ... }`. */
  next(max: number): object[] {
    const events: object[] = [];
    const loss = this.#loss();
    if (loss !== undefined) events.push(loss);
    while (events.length < max) {
      const entry = this.#feed.at(this.#position + 1);
      if (entry === undefined) break;
      this.#position += 1;
      events.push({ type: entry.type, cursor: this.#cursor, ...entry.record });
    }
    return events;
  }

  /** Resolves when there may be something new. */
  async wait(): Promise<void> {
    if (this.#position < this.#feed.head) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  wake(): void {
    this.#wake?.();
  }

  close(): void {
    this.#onClose();
    this.#wake?.();
  }

  status(): ReaderStatus {
    const lag = this.#feed.head - this.#position;
    return { id: this.#id, form: 'application/x-ndjson', position: this.#position, lag, lost: this.#lost };
  }

  get #cursor(): string {
    return formatCursor({ run: this.#feed.run, seq: this.#position });
  }

  #loss(): LostMessage | undefined {
    if (this.#restarted) {
      this.#restarted = false;
      return { type: 'lost', cursor: this.#cursor, reason: 'restarted' };
    }
    const oldest = Math.max(1, this.#feed.head - this.#feed.replay.maxEvents + 1);
    const lost = oldest - 1 - this.#position;
    if (lost <= 0) return undefined;
    this.#position += lost;
    this.#lost += lost;
    return { type: 'lost', cursor: this.#cursor, lost, reason: 'overflow' };
  }
}
