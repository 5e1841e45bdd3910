import { LatencySketch } from './latency-sketch.ts';

/** What stands for all that there was no room for. */
export const OTHER = '~other';

/** Codes that servers use are fewer. */
const MAX_RCODES = 24;

/** What is summed of a transaction. */
export interface Summed {
  outcome: string;
  rcode?: string | undefined;
  latencyUs?: number | undefined;
  retries?: number | undefined;
}

/** Sums of DNS transactions, as they are told. */
export interface DnsSum {
  transactions: number;
  timeouts: number;
  /** Those that timed out, and answers with a code that is neither NOERROR nor NXDOMAIN. */
  failed: number;
  /** Questions that were sent again; they are no transactions of their own. */
  retries: number;
  /** Transactions with a domain of the search list behind the name, before it was asked for as it is, for nothing. */
  searches: number;
  /** Answered transactions by response code. */
  rcodes: Record<string, number>;
  /** Of those that were answered, within 2 %; absent when there are none. */
  latencyUs?: { p50: number; p90: number; p99: number };
}

/** Sums of transactions. */
export class DnsTotals {
  transactions = 0;
  timeouts = 0;
  retries = 0;
  /** Transactions that were made before these for the same names with a domain of the search list, for nothing. */
  searches = 0;
  /** Transactions that were answered, by response code. */
  readonly rcodes = new Map<string, number>();
  /** Of those that were answered. */
  readonly latency = new LatencySketch();

  get failed(): number {
    const { transactions, rcodes } = this;
    return transactions - (rcodes.get('NOERROR') ?? 0) - (rcodes.get('NXDOMAIN') ?? 0);
  }

  add({ outcome, rcode, latencyUs, retries = 0 }: Summed, searches: number): void {
    this.transactions++;
    this.retries += retries;
    this.searches += searches;
    if (outcome === 'timeout') this.timeouts++;
    if (rcode !== undefined) this.#addRcode(rcode, 1);
    if (latencyUs !== undefined) this.latency.add(latencyUs);
  }

  merge(other: DnsTotals): void {
    this.transactions += other.transactions;
    this.timeouts += other.timeouts;
    this.retries += other.retries;
    this.searches += other.searches;
    for (const [rcode, count] of other.rcodes) this.#addRcode(rcode, count);
    this.latency.merge(other.latency);
  }

  sum(): DnsSum {
    const { transactions, timeouts, failed, retries, searches, rcodes, latency } = this;
    const quantile = (part: number) => Math.round(latency.quantile(part) ?? 0);
    return {
      transactions,
      timeouts,
      failed,
      retries,
      searches,
      rcodes: Object.fromEntries(rcodes),
      ...(latency.count > 0 && {
        latencyUs: { p50: quantile(0.5), p90: quantile(0.9), p99: quantile(0.99) },
      }),
    };
  }

  #addRcode(rcode: string, count: number): void {
    const isKept = this.rcodes.has(rcode) || this.rcodes.size < MAX_RCODES;
    const kept = isKept ? rcode : OTHER;
    this.rcodes.set(kept, (this.rcodes.get(kept) ?? 0) + count);
  }
}
