import { type DnsTotals, OTHER } from '../../lib/dns/totals.ts';
import type { DnsStatus, DnsTop } from '../../wire/status.ts';
import type { Dimensions, DnsStatistics } from './statistics.ts';

/** Of each dimension, so many of the busiest are told by themselves. */
const TOP = 50;

export interface DnsSummaryOptions {
  totals: DnsTotals;
  statistics: DnsStatistics;
  transactions: Pick<
    DnsStatus,
    'pending' | 'lateAnswers' | 'duplicateAnswers' | 'unmatchedAnswers' | 'ignored'
  >;
}

/** The sums of DNS as the status shows them. */
export function dnsSummary({ totals, statistics, transactions }: DnsSummaryOptions): DnsStatus {
  const top = (dimension: keyof Dimensions) => busiest(statistics.by(dimension));
  return {
    ...totals.sum(),
    pending: transactions.pending,
    lateAnswers: transactions.lateAnswers,
    duplicateAnswers: transactions.duplicateAnswers,
    unmatchedAnswers: transactions.unmatchedAnswers,
    ignored: transactions.ignored,
    containers: top('container'),
    domains: top('domain'),
    servers: top('server'),
    types: top('type'),
  };
}

/** Busiest first; what has no place is summed, together with what the statistics had no place for, at the end. */
function busiest(groups: Map<string, DnsTotals>): DnsTop[] {
  const other = groups.get(OTHER);
  const sorted = [...groups]
    .filter(([name]) => name !== OTHER)
    .sort(([, one], [, two]) => two.transactions - one.transactions);
  const shown = sorted.slice(0, TOP).map(([name, totals]): DnsTop => ({ name, ...totals.sum() }));
  const rest = sorted.slice(TOP).map(([, totals]) => totals);
  if (other !== undefined) rest.push(other);
  const [first, ...more] = rest;
  if (first === undefined) return shown;
  for (const totals of more) first.merge(totals);
  return [...shown, { name: OTHER, ...first.sum() }];
}
