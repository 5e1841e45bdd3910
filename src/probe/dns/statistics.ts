import { endpointText } from '../../lib/dns/dimensions.ts';
import { type Series, TopSeries } from '../../lib/dns/top-series.ts';
import { DnsTotals, OTHER } from '../../lib/dns/totals.ts';
import { SearchList } from './search-list.ts';
import type { DnsTransaction } from './transaction.ts';

/** What transactions are summed by. */
export interface Dimensions {
  container: string;
  domain: string;
  /** `ip:port`, `[ip]:port`. */
  server: string;
  /** Of the question. */
  type: string;
}

export interface DnsStatisticsOptions {
  /** Series of a container, domain, server and type; default 4,096, of about 2 KiB each. */
  maxSeries?: number;
  /** Series of a container, server and type, for the domains that have no place among those; default 1,024. */
  maxOtherSeries?: number;
}

/**
 * Sums transactions by container, domain, server and type. What has no place among the busiest is summed under
 * `~other`: first all such domains of a container, server and type, then everything. So no sum over series changes.
 */
export class DnsStatistics {
  readonly #searchList = new SearchList();
  readonly #domains: TopSeries<Dimensions>;
  readonly #otherDomains: TopSeries<Dimensions>;
  readonly #rest = new DnsTotals();

  constructor({ maxSeries = 4096, maxOtherSeries = 1024 }: DnsStatisticsOptions = {}) {
    this.#otherDomains = new TopSeries(maxOtherSeries, (series) => this.#rest.merge(series.totals));
    this.#domains = new TopSeries(maxSeries, (series) => {
      const { container, server, type, totals } = series;
      const others = { container, domain: OTHER, server, type };
      this.#otherDomains.totals(keyOf(others), others, totals.transactions).merge(totals);
    });
  }

  get size(): number {
    return this.#domains.size + this.#otherDomains.size;
  }

  get capacity(): number {
    return this.#domains.capacity + this.#otherDomains.capacity;
  }

  /** Times that a series was summed into another one, for want of room. */
  get folded(): number {
    return this.#domains.folded + this.#otherDomains.folded;
  }

  /**
   * `container` is any text that names who asked; others of that name may be in other network namespaces, with another
   * search list. Returns the transactions that the search list cost before.
   */
  add(
    { container, netns }: { container: string; netns: number },
    transaction: DnsTransaction<unknown>,
  ): number {
    const { name: domain, type } = transaction.question;
    const searches = this.#searchList.observe(`${netns} ${container}`, transaction);
    const top = domain === OTHER ? this.#otherDomains : this.#domains;
    const dimensions = { container, domain, server: endpointText(transaction.server), type };
    top.totals(keyOf(dimensions), dimensions).add(transaction, searches);
    return searches;
  }

  *[Symbol.iterator](): Generator<Series<Dimensions>> {
    yield* this.#domains;
    yield* this.#otherDomains;
    if (this.#rest.transactions === 0) return;
    yield { container: OTHER, domain: OTHER, server: OTHER, type: OTHER, totals: this.#rest };
  }

  /** The totals of all that have the same value in a dimension. Merges sketches: not for every request. */
  by(dimension: keyof Dimensions): Map<string, DnsTotals> {
    const groups = new Map<string, DnsTotals>();
    for (const series of this) {
      const value = series[dimension];
      const group = groups.get(value) ?? new DnsTotals();
      group.merge(series.totals);
      groups.set(value, group);
    }
    return groups;
  }
}

/** A line end is in none of them. */
function keyOf({ container, domain, server, type }: Dimensions): string {
  return `${container}\n${domain}\n${server}\n${type}`;
}
