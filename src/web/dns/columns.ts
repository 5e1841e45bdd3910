import { formatClock, formatCount, formatMicros, UNKNOWN } from '../format.ts';
import type { Dimension, DnsGroup, DnsSort, Lookup } from './answers.ts';

/** A figure of a group, and what the server sorts groups by to have the largest first. */
export interface GroupColumn {
  readonly id: string;
  readonly title: string;
  readonly explained: string;
  readonly sort: DnsSort | undefined;
  readonly alarming: boolean;
  readonly value: (group: Omit<DnsGroup, 'name'>) => number | undefined;
  readonly text: (value: number | undefined) => string;
}

function count(
  id: DnsSort,
  title: string,
  more: Pick<GroupColumn, 'explained' | 'value'> & { alarming?: boolean },
): GroupColumn {
  return { id, title, sort: id, alarming: false, text: formatCount, ...more };
}

export const GROUP_COLUMNS: readonly GroupColumn[] = [
  count('transactions', 'Lookups', {
    explained: 'Questions with their answers, or without one',
    value: ({ transactions }) => transactions,
  }),
  count('failed', 'Failed', {
    explained: 'Timeouts, and codes other than NOERROR and NXDOMAIN',
    alarming: true,
    value: ({ failed }) => failed,
  }),
  count('timeouts', 'Timeouts', {
    explained: 'Nobody answered in time',
    alarming: true,
    value: ({ timeouts }) => timeouts,
  }),
  count('nxdomain', 'NXDOMAIN', {
    explained: 'The name does not exist',
    value: ({ rcodes }) => rcodes.NXDOMAIN ?? 0,
  }),
  count('searches', 'Search', {
    explained: 'Lookups before it with a domain of the search list behind the name, for nothing',
    value: ({ searches }) => searches,
  }),
  {
    id: 'p50',
    title: 'p50',
    explained: 'Half of the answers came within this time',
    sort: undefined,
    alarming: false,
    value: ({ latencyUs }) => latencyUs?.p50,
    text: formatMicros,
  },
  {
    id: 'p99',
    title: 'p99',
    explained: '99 of 100 answers came within this time',
    sort: 'latency',
    alarming: false,
    value: ({ latencyUs }) => latencyUs?.p99,
    text: formatMicros,
  },
];

const SHORT_ID = 12;

/** What a group is called: of a container its pod or the beginning of its id. */
export function groupTitle(dimension: Dimension, { name, kubernetes }: DnsGroup): string {
  if (dimension !== 'container') return name;
  const { namespace, pod } = kubernetes ?? {};
  if (pod !== undefined) return namespace === undefined ? pod : `${namespace}/${pod}`;
  return /^[0-9a-f]{64}$/.test(name) ? name.slice(0, SHORT_ID) : name;
}

export interface LookupColumn {
  readonly id: string;
  readonly title: string;
  readonly numeric: boolean;
  readonly text: (lookup: Lookup) => string;
}

export const LOOKUP_COLUMNS: readonly LookupColumn[] = [
  { id: 'time', title: 'Time', numeric: false, text: ({ askedAt }) => formatClock(askedAt) },
  { id: 'name', title: 'Name', numeric: false, text: ({ question }) => question.name },
  { id: 'type', title: 'Type', numeric: false, text: ({ question }) => question.type },
  { id: 'asker', title: 'Process', numeric: false, text: askerText },
  { id: 'server', title: 'Server', numeric: false, text: ({ server }) => server?.ip ?? UNKNOWN },
  { id: 'outcome', title: 'Outcome', numeric: false, text: outcomeText },
  { id: 'latency', title: 'Latency', numeric: true, text: ({ latencyUs }) => formatMicros(latencyUs) },
  { id: 'answer', title: 'Answer', numeric: false, text: answerText },
];

/** Whether it came to nothing; that a name does not exist is an answer. */
export function isFailed({ outcome, rcode }: Lookup): boolean {
  return outcome === 'timeout' || (rcode !== undefined && rcode !== 'NOERROR' && rcode !== 'NXDOMAIN');
}

/** `timeout ×2` was asked twice. */
function outcomeText({ outcome, rcode, retries = 0 }: Lookup): string {
  const text = outcome === 'timeout' ? 'timeout' : (rcode ?? outcome);
  return retries > 0 ? `${text} ×${retries + 1}` : text;
}

function askerText({ process, kubernetes }: Lookup): string {
  const where = kubernetes?.pod === undefined ? '' : ` in ${kubernetes.pod}`;
  return process?.comm === undefined && where === '' ? UNKNOWN : `${process?.comm ?? UNKNOWN}${where}`;
}

/** What the name leads to in the end, not the aliases on the way. */
function answerText({ answers = [], answersOmitted = 0, question }: Lookup): string {
  const wanted = answers.filter(({ type }) => type === question.type);
  const [first] = wanted.length > 0 ? wanted : answers;
  const more = Math.max(wanted.length - 1, 0) + answersOmitted;
  if (first === undefined) return UNKNOWN;
  return more > 0 ? `${first.data} +${more}` : first.data;
}
