import type { Container } from '../lib/filter/containers.ts';
import type { DnsTransaction } from '../lib/filter/dns.ts';
import type { Process } from '../lib/filter/processes.ts';
import { RECORD_SETS } from '../lib/filter/records.ts';
import type { RecordFollower, RecordSource } from '../query/sources.ts';
import type { Row } from '../wire/fields.ts';
import { CODECS, PLURALS, type RecordKind } from '../wire/kinds.ts';
import type { EventType } from '../wire/messages.ts';
import type { ReaderStatus, ReplayStatus, TableStatus } from '../wire/status.ts';
import { RecordFeed } from './record-feed.ts';
import { type Put, RecordStore } from './store/record-store.ts';

type Kind = Exclude<RecordKind, 'flow'>;

/** What filters read of a record of the kind. */
export interface Filtered {
  dns: DnsTransaction;
  process: Process;
  container: Container;
}

export interface NodeRecordsOptions<K extends Kind> {
  kind: K;
  /** Records kept. */
  max: number;
  /** Changes that a follower may be behind. */
  feedEvents: number;
  /** Names this run of the agent in cursors. */
  run: string;
}

/** Measured: a row of a process with some arguments. */
const ROW_BYTES = 700;

/** What a change that only a list told of is called. */
const UNSEEN: Record<Kind, { began: EventType; ended: EventType }> = {
  dns: { began: 'dns', ended: 'dns' },
  process: { began: 'process.started', ended: 'process.exited' },
  container: { began: 'container.started', ended: 'container.stopped' },
};

/** The DNS transactions, processes or containers of the node: each row goes into the store and to the followers. */
export class NodeRecords<K extends Kind> implements RecordSource<Filtered[K]> {
  readonly key: string;
  readonly set: RecordSource<Filtered[K]>['set'];
  readonly #kind: K;
  readonly #store: RecordStore;
  readonly #feed: RecordFeed;

  constructor({ kind, max, feedEvents, run }: NodeRecordsOptions<K>) {
    this.key = PLURALS[kind];
    this.set = RECORD_SETS[kind] as unknown as RecordSource<Filtered[K]>['set'];
    this.#kind = kind;
    this.#store = new RecordStore(kind, max);
    const rows: Row[] = [];
    this.#feed = new RecordFeed({
      run,
      capacity: feedEvents,
      rows: {
        readRow: (slot) => rows[slot] ?? [],
        writeRow: (slot, row) => {
          rows[slot] = row;
        },
      },
      entryBytes: ROW_BYTES,
      read: (row) => CODECS[kind].read(row) as object,
    });
  }

  /** `type` is that of the event; a list has none. */
  record(row: Row, type?: EventType): void {
    const put = this.#store.put(row);
    const told = type ?? this.#typeOf(put);
    if (put !== undefined && told !== undefined) this.#feed.append(told, row);
  }

  beginList(): void {
    this.#store.beginList();
  }

  endList(): void {
    for (const row of this.#store.endList()) this.#feed.append(UNSEEN[this.#kind].ended, row);
  }

  get cursor(): string {
    return this.#feed.cursor;
  }

  snapshot() {
    const rows = this.#store.rows();
    const { read } = CODECS[this.#kind];
    const at = (index: number) => {
      const row = rows[index];
      return row && (read(row) as Filtered[K]);
    };
    return { length: rows.length, at, record: at };
  }

  follow(after?: string): RecordFollower {
    return this.#feed.follow(after);
  }

  get status(): { table: TableStatus; lost: number; replay: ReplayStatus; readers: ReaderStatus[] } {
    const { size, evictedRunning, evictedEnded } = this.#store.counts;
    const { replay, readers } = this.#feed;
    const evicted = evictedRunning + evictedEnded;
    return {
      table: { name: this.key, used: size, max: this.#store.max, evicted },
      // What ended and makes room is no loss: it has been told.
      lost: evictedRunning,
      replay,
      readers,
    };
  }

  #typeOf(put: Put): EventType | undefined {
    if (put === 'new') return UNSEEN[this.#kind].began;
    return put === 'ended' ? UNSEEN[this.#kind].ended : undefined;
  }
}
