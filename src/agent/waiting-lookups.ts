import type { MapDnsQuery } from '../map/types.ts';

/** The probe tells of UDP every two seconds, of DNS at once. */
const WAIT_MS = 3000;

/**
 * DNS transactions until the flow is known that they were a part of: its other side may be of this node, and its
 * name that of a service.
 */
export class WaitingLookups {
  readonly #max: number;
  readonly #count: (query: MapDnsQuery) => void;
  readonly #waiting: { query: MapDnsQuery; until: number }[] = [];

  /** `count` takes each that has waited; of more than `max`, the older half has. */
  constructor({ max, count }: { max: number; count: (query: MapDnsQuery) => void }) {
    this.#max = max;
    this.#count = count;
  }

  add(query: MapDnsQuery, now: number): void {
    this.#waiting.push({ query, until: now + WAIT_MS });
    if (this.#waiting.length > this.#max) this.#release(Math.ceil(this.#max / 2));
  }

  sweep(now: number): void {
    // What is to wait for longer came before the clock was set back.
    const firstToStay = this.#waiting.findIndex(({ until }) => until > now && until <= now + WAIT_MS);
    this.#release(firstToStay < 0 ? this.#waiting.length : firstToStay);
  }

  #release(length: number): void {
    for (const { query } of this.#waiting.splice(0, length)) this.#count(query);
  }
}
