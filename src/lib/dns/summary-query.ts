import { SysprobeError } from '../errors.ts';
import type { DnsTransaction } from '../filter/dns.ts';
import { parseQuery, type Query, type RecordSet } from '../filter/query.ts';
import { parseCount } from '../filter/values.ts';

export const SUMMARY_DIMENSIONS = ['domain', 'server', 'container', 'process', 'type'] as const;
export type SummaryDimension = (typeof SUMMARY_DIMENSIONS)[number];

export const SUMMARY_SORTS = [
  'transactions',
  'failed',
  'timeouts',
  'nxdomain',
  'retries',
  'searches',
  'latency',
] as const;
export type SummarySort = (typeof SUMMARY_SORTS)[number];

export interface SummaryQuery {
  by: SummaryDimension;
  sort: SummarySort;
  /** Groups listed; the others are summed. */
  limit: number;
  query: Query<DnsTransaction>;
}

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 1000;
const OWN = ['by', 'sort', 'limit'];
/** Of lists and streams: a summary is of all that matches. */
const OF_LISTS = ['last', 'first', 'all', 'follow', 'after'];

/** `by`, `sort` and `limit` beside the filters of DNS transactions. Throws SP_QUERY_INVALID. */
export function parseSummaryQuery(
  set: RecordSet<DnsTransaction>,
  params: Iterable<readonly [string, string]>,
  now = Date.now(),
): SummaryQuery {
  const own = new Map<string, string>();
  const filters: (readonly [string, string])[] = [];
  for (const [name, value] of params) {
    if (OF_LISTS.includes(name)) throw invalid(name, `${name} is not a parameter of a summary`, OWN);
    if (own.has(name)) throw invalid(name, `${name} may be given once`, []);
    if (OWN.includes(name)) own.set(name, value);
    else filters.push([name, value]);
  }
  const limit = own.get('limit');
  const listed = limit === undefined ? DEFAULT_LIMIT : (parseCount(limit, MAX_LIMIT) ?? 0);
  if (listed === 0) throw refused('limit', limit ?? '', [`a number of groups from 1 to ${MAX_LIMIT}`]);
  return {
    by: choice('by', own.get('by') ?? 'domain', SUMMARY_DIMENSIONS),
    sort: choice('sort', own.get('sort') ?? 'transactions', SUMMARY_SORTS),
    limit: listed,
    query: parseQuery(set, filters, now),
  };
}

function choice<T extends string>(name: string, text: string, allowed: readonly T[]): T {
  const known = allowed.find((each) => each === text);
  if (known !== undefined) return known;
  throw refused(name, text, allowed);
}

function refused(parameter: string, value: string, allowed: readonly string[]): SysprobeError {
  const message = `${JSON.stringify(value)} is not a value of ${parameter}; allowed: ${allowed.join(', ')}`;
  return invalid(parameter, message, allowed);
}

function invalid(parameter: string, message: string, allowed: readonly string[]): SysprobeError {
  return new SysprobeError('SP_QUERY_INVALID', message, { parameter, allowed });
}
