import type { Container } from '../lib/filter/containers.ts';
import type { DnsTransaction } from '../lib/filter/dns.ts';
import type { Process } from '../lib/filter/processes.ts';
import { RECORD_SETS } from '../lib/filter/records.ts';
import type { RecordFollower, RecordSource } from '../query/sources.ts';
import type { ContainerRecord } from '../wire/container.ts';
import type { Row } from '../wire/fields.ts';
import { CODECS, PLURALS, type RecordKind, type Records } from '../wire/kinds.ts';
import type { EventType } from '../wire/messages.ts';
import type { ReaderStatus, ReplayStatus, TableStatus } from '../wire/status.ts';
import type { Enricher } from './enrich/enricher.ts';
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
  /** Undefined where there is no Kubernetes. */
  enricher?: Enricher | undefined;
  /** Called with each change that is told to followers. */
  onNew?: (record: Filtered[K]) => void;
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
  readonly #read: (row: Row) => Filtered[K];
  readonly #store: RecordStore;
  readonly #onNew: ((record: Filtered[K]) => void) | undefined;
  readonly #feed: RecordFeed;

  constructor({ kind, max, feedEvents, run, enricher, onNew }: NodeRecordsOptions<K>) {
    this.key = PLURALS[kind];
    const set = RECORD_SETS[kind] as unknown as RecordSource<Filtered[K]>['set'];
    this.set = { ...set, kubernetes: enricher !== undefined };
    this.#kind = kind;
    this.#read = readerOf(kind, enricher);
    this.#store = new RecordStore(kind, max);
    this.#onNew = onNew;
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
      read: this.#read,
    });
  }

  /** `type` is that of the event; a list has none. */
  record(row: Row, type?: EventType): Put {
    const put = this.#store.put(row);
    const told = type ?? this.#typeOf(put);
    if (put === undefined || told === undefined) return put;
    this.#feed.append(told, row);
    this.#onNew?.(this.#read(row));
    return put;
  }

  /** Newer figures of what goes on; no one is told. */
  refresh(row: Row): void {
    this.#store.refresh(row);
  }

  get(id: string): Records[K] | undefined {
    const row = this.#store.get(id);
    return row && CODECS[this.#kind].read(row);
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
    const at = (index: number) => {
      const row = rows[index];
      return row && this.#read(row);
    };
    const { idOf } = this.#store;
    return { length: rows.length, at, id: (index: number) => idOf(rows[index]), record: at };
  }

  /** Of DNS transactions those that there are now, read as they are asked for; undefined when some since then made room. */
  allSince(sinceMs: number): Iterable<Records[K]> | undefined {
    if (this.#store.evictedUntilMs >= sinceMs) return undefined;
    const rows = this.#store.rows();
    const { read } = CODECS[this.#kind];
    return {
      *[Symbol.iterator]() {
        for (const row of rows) yield read(row);
      },
    };
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

/** A record of a row, with the names of its owner. */
function readerOf<K extends Kind>(kind: K, enricher: Enricher | undefined): (row: Row) => Filtered[K] {
  const read = CODECS[kind].read as (row: Row) => object;
  if (enricher === undefined) return read as (row: Row) => Filtered[K];
  const enrich = kind === 'container' ? 'containerRecord' : 'owned';
  return (row) => enricher[enrich](read(row) as ContainerRecord) as Filtered[K];
}
