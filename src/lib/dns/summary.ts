import type { DnsTransaction } from '../filter/dns.ts';
import type { Records } from '../filter/select.ts';
import { TimeSlice } from '../time-slice.ts';
import { askerName, endpointText } from './dimensions.ts';
import type { SummaryDimension, SummaryQuery, SummarySort } from './summary-query.ts';
import { type Series, TopSeries } from './top-series.ts';
import { type DnsSum, DnsTotals } from './totals.ts';

/** Answer of `GET /v1/dns/summary`: sums of the transactions that are kept and match. */
export interface DnsSummary {
  by: SummaryDimension;
  sort: SummarySort;
  /** When the first and the last of them were asked; absent when there are none. */
  from?: string;
  to?: string;
  total: DnsSum;
  /** First those with most of what it is sorted by. */
  groups: DnsGroup[];
  /** What is in no group for want of room; `groups` counts those that the limit left out. */
  rest?: DnsSum & { groups: number };
}

export interface DnsGroup extends DnsSum {
  name: string;
  /** Of a container, as the newest transaction tells. */
  container?: DnsTransaction['container'];
  kubernetes?: DnsTransaction['kubernetes'];
}

interface Dimension {
  name: string;
}

/** Of about 1 KiB each while they are summed. Beyond it those with the fewest transactions make room. */
const MAX_GROUPS = 4096;
/** The clock is not read for each record. */
const STEP = 32;

/** Sums transactions, in slices between which others get their turn. */
export async function summarizeDns(
  records: Pick<Records<DnsTransaction>, 'length' | 'at'>,
  { by, sort, limit, query }: SummaryQuery,
): Promise<DnsSummary> {
  const sums = new Sums(by);
  const slice = new TimeSlice();
  for (let index = 0; index < records.length; index++) {
    if (index % STEP === 0 && slice.isOver) await slice.pause();
    const record = records.at(index);
    if (record !== undefined && query.match(record)) sums.add(record);
  }
  return sums.summary({ by, sort, limit });
}

class Sums {
  readonly #by: SummaryDimension;
  readonly #total = new DnsTotals();
  readonly #rest = new DnsTotals();
  readonly #groups = new TopSeries<Dimension>(MAX_GROUPS, ({ totals }) => this.#rest.merge(totals));
  readonly #owners = new Map<string, Pick<DnsGroup, 'container' | 'kubernetes'>>();
  #from: string | undefined;
  #to: string | undefined;

  constructor(by: SummaryDimension) {
    this.#by = by;
  }

  add(record: DnsTransaction): void {
    const { askedAt, searches = 0 } = record;
    this.#total.add(record, searches);
    const name = nameOf(record, this.#by);
    this.#groups.totals(name, { name }).add(record, searches);
    if (this.#by === 'container') this.#own(name, record);
    if (askedAt === undefined) return;
    // RFC 3339 in UTC with as many digits: the order of the texts is that of the times.
    if (this.#from === undefined || askedAt < this.#from) this.#from = askedAt;
    if (this.#to === undefined || askedAt > this.#to) this.#to = askedAt;
  }

  summary({ by, sort, limit }: Omit<SummaryQuery, 'query'>): DnsSummary {
    const ranked = Array.from(this.#groups, (group) => ({ group, rank: RANKS[sort](group.totals) }));
    const sorted = ranked
      .sort((a, b) => b.rank - a.rank || byVolume(a.group, b.group))
      .map(({ group }) => group);
    const left = sorted.slice(limit);
    for (const { totals } of left) this.#rest.merge(totals);
    return {
      by,
      sort,
      ...(this.#from !== undefined && { from: this.#from }),
      ...(this.#to !== undefined && { to: this.#to }),
      total: this.#total.sum(),
      groups: sorted.slice(0, limit).map(({ name, totals }) => ({
        name,
        ...totals.sum(),
        ...this.#owners.get(name),
      })),
      ...(this.#rest.transactions > 0 && { rest: { groups: left.length, ...this.#rest.sum() } }),
    };
  }

  #own(name: string, { container, kubernetes }: DnsTransaction): void {
    if (container === undefined || !(this.#owners.size < MAX_GROUPS || this.#owners.has(name))) return;
    this.#owners.set(name, { container, ...(kubernetes !== undefined && { kubernetes }) });
  }
}

const RANKS: Record<SummarySort, (totals: DnsTotals) => number> = {
  transactions: ({ transactions }) => transactions,
  failed: ({ failed }) => failed,
  timeouts: ({ timeouts }) => timeouts,
  nxdomain: ({ rcodes }) => rcodes.get('NXDOMAIN') ?? 0,
  retries: ({ retries }) => retries,
  searches: ({ searches }) => searches,
  latency: ({ latency }) => latency.quantile(0.99) ?? 0,
};

function byVolume(a: Series<Dimension>, b: Series<Dimension>): number {
  return b.totals.transactions - a.totals.transactions || (a.name < b.name ? -1 : 1);
}

function nameOf(record: DnsTransaction, by: SummaryDimension): string {
  const { question, server, process } = record;
  switch (by) {
    case 'domain':
      return question.name;
    case 'server':
      return server === undefined ? '' : endpointText(server);
    case 'container':
      return askerName(record);
    case 'process':
      return process?.comm ?? '';
    case 'type':
      return question.type;
  }
}
