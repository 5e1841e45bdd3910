import { FlowRecord } from '../events.gen.ts';
import { pairHash } from '../flows/pairs.ts';
import type { Translation } from './translation.ts';

export interface AnswerCacheOptions {
  capacity: number;
  keepMs: number;
}

const NONE = -1;

/**
 * What the kernel answered, by connection and not by addresses: those may belong to the next connection within a
 * millisecond. Fixed storage, in the order of arrival, without an object for an answer that says no; the oldest go
 * when they are too old or the room is needed.
 */
export class AnswerCache {
  readonly capacity: number;
  /** Answers that went before their time, for want of room. */
  evicted = 0;
  readonly #keepMs: number;
  #nowMs = 0;
  /** Answers ever kept, and how many of them are gone; each number modulo the capacity is a place. */
  #end = 0;
  #start = 0;
  readonly #sock: Float64Array;
  readonly #openedNs: Float64Array;
  /** One socket may have several conversations. */
  readonly #endsHash: Uint32Array;
  readonly #setMs: Float64Array;
  readonly #translation: (Translation | undefined)[];
  /** The places of one bucket form a list. */
  readonly #bucket: Int32Array;
  readonly #first: Int32Array;
  readonly #next: Int32Array;

  constructor({ capacity, keepMs }: AnswerCacheOptions) {
    this.capacity = capacity;
    this.#keepMs = keepMs;
    this.#sock = new Float64Array(capacity);
    this.#openedNs = new Float64Array(capacity);
    this.#endsHash = new Uint32Array(capacity);
    this.#setMs = new Float64Array(capacity);
    this.#translation = new Array(capacity).fill(undefined);
    this.#bucket = new Int32Array(capacity);
    this.#first = new Int32Array(capacity).fill(NONE);
    this.#next = new Int32Array(capacity).fill(NONE);
  }

  get size(): number {
    return this.#end - this.#start;
  }

  has(record: FlowRecord): boolean {
    return this.#find(record) !== NONE;
  }

  /** Undefined: there is no answer, or it is that the connection is not translated. */
  get(record: FlowRecord): Translation | undefined {
    return this.#translation[this.#find(record)];
  }

  /** Keeps an answer that has() does not have. */
  set(record: FlowRecord, translation: Translation | undefined): void {
    if (this.size === this.capacity) {
      this.evicted++;
      this.#removeOldest();
    }
    const place = this.#end++ % this.capacity;
    const endsHash = pairHash(record);
    const bucket = this.#bucketOf(record, endsHash);
    this.#sock[place] = record.sock;
    this.#openedNs[place] = record.openedNs;
    this.#endsHash[place] = endsHash;
    this.#setMs[place] = this.#nowMs;
    this.#translation[place] = translation;
    this.#bucket[place] = bucket;
    this.#next[place] = this.#first[bucket] ?? NONE;
    this.#first[bucket] = place;
  }

  /** Forgets what is too old. Until the next call it is `nowMs`, of a clock that only moves forward. */
  expire(nowMs: number): void {
    this.#nowMs = nowMs;
    const isOld = (place: number) => nowMs - (this.#setMs[place] ?? 0) >= this.#keepMs;
    while (this.size > 0 && isOld(this.#start % this.capacity)) this.#removeOldest();
  }

  #find(record: FlowRecord): number {
    const { sock, openedNs } = record;
    const endsHash = pairHash(record);
    let place = this.#first[this.#bucketOf(record, endsHash)] ?? NONE;
    while (place !== NONE) {
      const isSame = this.#openedNs[place] === openedNs && this.#sock[place] === sock;
      if (isSame && this.#endsHash[place] === endsHash) return place;
      place = this.#next[place] ?? NONE;
    }
    return NONE;
  }

  #removeOldest(): void {
    const place = this.#start++ % this.capacity;
    const bucket = this.#bucket[place] ?? 0;
    const next = this.#next[place] ?? NONE;
    let before = this.#first[bucket] ?? NONE;
    if (before === place) this.#first[bucket] = next;
    else {
      while (this.#next[before] !== place) before = this.#next[before] ?? NONE;
      this.#next[before] = next;
    }
    this.#translation[place] = undefined;
  }

  #bucketOf(record: FlowRecord, endsHash: number): number {
    const openedLow = record.view.getUint32(record.offset + FlowRecord.at.openedNs, true);
    return ((endsHash ^ openedLow) >>> 0) % this.capacity;
  }
}
