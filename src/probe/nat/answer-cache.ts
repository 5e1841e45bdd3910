import type { FlowRecord } from '../events.gen.ts';
import { pairHash } from '../flows/pairs.ts';
import type { Translation } from './translation.ts';

/** What the kernel said of a connection. */
export interface KnownAnswer {
  sock: number;
  openedNs: number;
  /** Undefined: the connection is not translated, or the kernel does not know it. */
  translation: Translation | undefined;
}

export interface AnswerCacheOptions {
  capacity: number;
  /** An answer is kept for this long, and at most for twice as long. */
  keepMs: number;
}

/**
 * Answers by connection, not by addresses: those may belong to the next connection within a millisecond. Kept in two
 * generations; when the young one is as old or as full as allowed, it takes the place of the other, whose answers go.
 */
export class AnswerCache {
  readonly capacity: number;
  /** Answers that went before their time, for want of room. */
  evicted = 0;
  readonly #keepMs: number;
  #young = new Map<number, KnownAnswer>();
  #old = new Map<number, KnownAnswer>();
  #turnedAt = 0;

  constructor({ capacity, keepMs }: AnswerCacheOptions) {
    this.capacity = capacity;
    this.#keepMs = keepMs;
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  get(record: FlowRecord): KnownAnswer | undefined {
    const key = keyOf(record);
    const answer = this.#young.get(key) ?? this.#old.get(key);
    const isOfRecord = answer?.sock === record.sock && answer.openedNs === record.openedNs;
    return isOfRecord ? answer : undefined;
  }

  set(record: FlowRecord, translation: Translation | undefined): void {
    if (this.#young.size >= this.capacity / 2) {
      this.evicted += this.#old.size;
      this.#turn();
    }
    const { sock, openedNs } = record;
    this.#young.set(keyOf(record), { sock, openedNs, translation });
  }

  /** Forgets what is too old. `nowMs` is of any clock that only moves forward. */
  expire(nowMs: number): void {
    if (nowMs - this.#turnedAt < this.#keepMs) return;
    this.#turn();
    this.#turnedAt = nowMs;
  }

  #turn(): void {
    this.#old = this.#young;
    this.#young = new Map();
  }
}

const TIMES = 0x20_0000;

/** The ends and the time of opening in 53 bits; what is found is still compared. */
function keyOf(record: FlowRecord): number {
  return pairHash(record) * TIMES + (record.openedNs % TIMES);
}
