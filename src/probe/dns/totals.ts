import { LatencySketch } from './latency-sketch.ts';
import type { DnsTransaction } from './transaction.ts';

/** What stands for all that there was no room for. */
export const OTHER = '~other';

/** Codes that servers use are fewer. */
const MAX_RCODES = 24;

/** Sums of transactions. */
export class DnsTotals {
  transactions = 0;
  timeouts = 0;
  /** Questions that were sent again; they are no transactions of their own. */
  retries = 0;
  /** Transactions that were made before these for the same names with a domain of the search list, for nothing. */
  searches = 0;
  /** Transactions that were answered, by response code. */
  readonly rcodes = new Map<string, number>();
  /** Of those that were answered. */
  readonly latency = new LatencySketch();

  add(transaction: DnsTransaction<unknown>, searches: number): void {
    this.transactions++;
    this.retries += transaction.retries;
    this.searches += searches;
    if (transaction.outcome === 'timeout') this.timeouts++;
    else {
      this.#addRcode(transaction.rcode, 1);
      this.latency.add(transaction.latencyUs);
    }
  }

  merge(other: DnsTotals): void {
    this.transactions += other.transactions;
    this.timeouts += other.timeouts;
    this.retries += other.retries;
    this.searches += other.searches;
    for (const [rcode, count] of other.rcodes) this.#addRcode(rcode, count);
    this.latency.merge(other.latency);
  }

  #addRcode(rcode: string, count: number): void {
    const isKept = this.rcodes.has(rcode) || this.rcodes.size < MAX_RCODES;
    const kept = isKept ? rcode : OTHER;
    this.rcodes.set(kept, (this.rcodes.get(kept) ?? 0) + count);
  }
}
