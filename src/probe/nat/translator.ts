import { statSync } from 'node:fs';
import { FlowRecord } from '../events.gen.ts';
import { isLoopback } from '../flows/address.ts';
import type { Native } from '../native.ts';
import { AnswerCache } from './answer-cache.ts';
import { ConntrackTable, explain, LOOKUP_BATCH } from './conntrack-table.ts';
import type { Connection } from './ct-message.ts';
import { LookupQueue } from './lookup-queue.ts';
import { RateLimit } from './rate-limit.ts';
import { type Translation, translationOf, writeOtherSide } from './translation.ts';

export interface TranslatorOptions {
  native: Pick<Native, 'Conntrack'>;
  /** The node's network namespace: /proc/1/ns/net of the host's /proc. */
  netns: string;
  /** 2 us of CPU each, 5 us when found; what is beyond stays untranslated and is counted. */
  maxLookupsPerSecond?: number;
  /** Connections enqueued between two resolve(); 168 bytes each. */
  maxWaiting?: number;
  /** Answers remembered for a while; 40 bytes each, and up to 300 when it is a translation. */
  maxAnswers?: number;
  /** Milliseconds of a clock that only moves forward. */
  now?(): number;
}

export interface TranslatorStatus {
  state: 'on' | 'degraded' | 'off';
  reason?: string;
}

const OWN_NETNS = '/proc/self/ns/net';
const KEEP_ANSWERS_MS = 10_000;
const RETRY_MS = 30_000;
const ENOENT = 2;

/**
 * The real ends of connections that pass the node's NAT, from the kernel's connection table. New connections are
 * enqueued, resolve() looks them up together, translation() has their answers. Nothing here throws: what could not
 * be looked up stays untranslated and is counted, and status() says why.
 */
export class Translator {
  readonly #options: TranslatorOptions;
  readonly #now: () => number;
  readonly #queue: LookupQueue;
  readonly #answers: AnswerCache;
  readonly #rate: RateLimit;
  readonly #counts = { lookups: 0, hits: 0, shared: 0, misses: 0, translated: 0, rateLimited: 0 };
  /** For the ends that the other side of a connection sees. */
  readonly #otherSide = new FlowRecord(new DataView(new ArrayBuffer(FlowRecord.size)));
  #table: ConntrackTable | undefined;
  /** Inode of the namespace whose table it is. */
  #netns = 0;
  /** Why there is no table, or not the node's. */
  #failure: string | undefined;
  #retryAtMs = 0;
  /** The table held what was asked for last; else it is first asked whether it holds anything. */
  #inUse = false;

  constructor(options: TranslatorOptions) {
    const { maxLookupsPerSecond = 10_000, maxWaiting = 8192, maxAnswers = 32_768 } = options;
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#queue = new LookupQueue(maxWaiting);
    this.#answers = new AnswerCache({ capacity: maxAnswers, keepMs: KEEP_ANSWERS_MS });
    this.#rate = new RateLimit(maxLookupsPerSecond);
    this.#open();
  }

  /**
   * Has resolve() look up a connection or conversation, unless it cannot pass the node's NAT or its answer is known.
   * The record is copied.
   */
  enqueue(record: FlowRecord): void {
    if (this.#table === undefined || !this.#mayPassNode(record)) return;
    if (!this.#answers.has(record)) this.#queue.add(record);
  }

  /** Looks up what was enqueued; costs next to nothing when nothing was. */
  resolve(): void {
    const nowMs = this.#now();
    this.#answers.expire(nowMs);
    if (this.#table === undefined && nowMs >= this.#retryAtMs) this.#open();
    if (this.#table !== undefined && this.#queue.size > 0) {
      try {
        this.#inUse ||= this.#table.fill().entries > 0;
        if (this.#inUse) this.#inUse = this.#lookUp(this.#table, nowMs);
      } catch (error) {
        this.#turnOff(error);
      }
    }
    this.#queue.clear();
  }

  /** What NAT makes of a connection that resolve() looked up within the last 10 seconds; undefined: nothing. */
  translation(record: FlowRecord): Translation | undefined {
    return this.#answers.get(record);
  }

  status(): TranslatorStatus {
    if (this.#table !== undefined) {
      try {
        const { entries, maxEntries } = this.#table.fill();
        const isFull = maxEntries > 0 && entries >= maxEntries;
        const reason = isFull ? fullTable(maxEntries) : this.#failure;
        return reason === undefined ? { state: 'on' } : { state: 'degraded', reason };
      } catch (error) {
        this.#turnOff(error);
      }
    }
    return { state: 'off', reason: this.#failure ?? 'stopped' };
  }

  /**
   * Totals since the start: every lookup is a hit, a miss or an error; a hit may be `shared` with the other side of
   * the connection. `paired`, `superseded`, `dropped` and `rateLimited` connections were not looked up. And how full
   * the cache of answers is.
   */
  counters(): Record<string, number> {
    const { lookups, hits, misses } = this.#counts;
    const { paired, superseded, dropped } = this.#queue;
    const { size: answers, capacity: maxAnswers, evicted: answersEvicted } = this.#answers;
    const errors = lookups - hits - misses;
    return { ...this.#counts, errors, paired, superseded, dropped, answers, maxAnswers, answersEvicted };
  }

  /** For good. */
  close(): void {
    this.#table?.close();
    this.#table = undefined;
    this.#failure = undefined;
    this.#retryAtMs = Number.POSITIVE_INFINITY;
  }

  #open(): void {
    const { native, netns } = this.#options;
    this.#failure = undefined;
    for (const path of new Set([netns, OWN_NETNS])) {
      try {
        this.#table = new ConntrackTable(native, path);
        this.#netns = statSync(path).ino;
        if (path !== netns) this.#failure += "; only NAT of the probe's own network namespace is seen";
        return;
      } catch (error) {
        this.#failure ??= (error as Error).message;
      }
    }
    this.#retryAtMs = this.#now() + RETRY_MS;
  }

  #turnOff(error: unknown): void {
    this.#table?.close();
    this.#table = undefined;
    this.#failure = (error as Error).message;
    this.#retryAtMs = this.#now() + RETRY_MS;
  }

  /** A connection to itself or to loopback stays in its namespace, which has no NAT but the node's own. */
  #mayPassNode(record: FlowRecord): boolean {
    const { view, offset, family, netns, sourcePort, destPort } = record;
    if (sourcePort === 0 || destPort === 0) return false;
    if (netns === this.#netns) return true;
    const { source, dest } = FlowRecord.at;
    return !isLoopback(view, offset + dest, family) && !sameAddress(view, offset + source, offset + dest);
  }

  /** Returns whether the table had any of them. */
  #lookUp(table: ConntrackTable, nowMs: number): boolean {
    const hitsBefore = this.#counts.hits;
    while (this.#queue.size > 0) {
      const records = this.#queue.take(LOOKUP_BATCH);
      const allowed = this.#rate.take(records.length, nowMs);
      this.#counts.rateLimited += records.length - allowed;
      if (allowed > 0) this.#lookUpBatch(table, records.slice(0, allowed));
    }
    return this.#counts.hits > hitsBefore;
  }

  #lookUpBatch(table: ConntrackTable, records: readonly FlowRecord[]): void {
    this.#counts.lookups += records.length;
    const { view, answers } = table.lookUp(records);
    let answered = false;
    records.forEach((record, index) => {
      const answer = answers[index];
      if (answer?.kind === 'connection') this.#found(record, view, answer);
      else if (answer?.kind === 'error' && answer.errno === ENOENT) this.#missed(record);
      else return;
      answered = true;
    });
    if (!answered) throw new Error(explain(answers[0]));
  }

  #missed(record: FlowRecord): void {
    this.#counts.misses++;
    this.#answers.set(record, undefined);
  }

  #found(record: FlowRecord, view: DataView, connection: Connection): void {
    this.#counts.hits++;
    const translation = translationOf(record, view, connection);
    this.#answers.set(record, translation);
    if (translation === undefined) return;
    this.#counts.translated++;
    writeOtherSide(this.#otherSide, record, view, connection);
    const other = this.#queue.takeSame(this.#otherSide);
    if (other === undefined) return;
    this.#answers.set(other, translationOf(other, view, connection));
    this.#counts.translated++;
    this.#counts.shared++;
  }
}

function fullTable(maxEntries: number): string {
  return (
    `the node's connection table is full (${maxEntries} entries), so the kernel drops new connections: ` +
    'raise net.netfilter.nf_conntrack_max'
  );
}

function sameAddress(view: DataView, left: number, right: number): boolean {
  for (let word = 0; word < 16; word += 4) {
    if (view.getUint32(left + word) !== view.getUint32(right + word)) return false;
  }
  return true;
}
