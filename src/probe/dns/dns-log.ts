import { askerName } from '../../lib/dns/dimensions.ts';
import { DnsTotals } from '../../lib/dns/totals.ts';
import type { Row } from '../../wire/fields.ts';
import { CODECS } from '../../wire/kinds.ts';
import type { Clock } from '../clock.ts';
import { AddressNames } from './names.ts';
import { RecentRows } from './recent-rows.ts';
import { type Asker, dnsRow } from './row.ts';
import { DnsStatistics } from './statistics.ts';
import type { DnsTransaction } from './transaction.ts';

export interface DnsLogOptions {
  /** Transactions kept for listing. */
  maxRecent: number;
  /** Begins the ids of transactions: no other boot or run has the same. */
  run: string;
  clock: Pick<Clock, 'epochNs'>;
  onRow(row: Row): void;
}

/** What is kept of transactions when they have ended: the latest of them, their sums, and the names they gave. */
export class DnsLog {
  readonly recent: RecentRows;
  readonly totals = new DnsTotals();
  readonly statistics = new DnsStatistics();
  readonly names = new AddressNames();
  readonly #options: DnsLogOptions;

  constructor(options: DnsLogOptions) {
    this.#options = options;
    this.recent = new RecentRows(options.maxRecent);
  }

  add(transaction: DnsTransaction<Asker>): void {
    const { askedNs, question, owner } = transaction;
    const { netns } = owner;
    const { container, cgroup } = owner.owner;
    const asker = { container: askerName({ container, cgroup, netns }), netns };
    const searches = this.statistics.add(asker, transaction);
    this.totals.add(transaction, searches);
    if (transaction.outcome === 'answered' && transaction.answers.length > 0) {
      const { answers, latencyUs } = transaction;
      this.names.learn({ netns, question, answers, atNs: askedNs + latencyUs * 1000 });
    }
    const id = `${this.#options.run}-d${this.totals.transactions.toString(36)}`;
    const row = CODECS.dns.fit(dnsRow(transaction, { id, searches }, this.#options.clock));
    this.recent.push(row);
    this.#options.onRow(row);
  }
}
