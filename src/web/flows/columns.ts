import { formatAddress, formatBytes, formatClock, formatMicros, UNKNOWN } from '../format.ts';
import type { Flow } from './flow.ts';

export const COLUMN_IDS = [
  'time',
  'source',
  'dest',
  'process',
  'container',
  'state',
  'sent',
  'received',
  'rtt',
] as const;

export type ColumnId = (typeof COLUMN_IDS)[number];

export interface Sort {
  readonly column: ColumnId;
  readonly descending: boolean;
}

export interface Column {
  readonly id: ColumnId;
  readonly title: string;
  readonly numeric: boolean;
  readonly text: (flow: Flow) => string;
  /** What rows are ordered by; absent = not known, always last. */
  readonly key: (flow: Flow) => string | number | undefined;
}

const SHORT_ID = 12;

function lastTime(flow: Flow): string | undefined {
  return flow.closedAt ?? flow.lastSeenAt ?? flow.openedAt;
}

function containerText(flow: Flow): string {
  return flow.container?.name ?? flow.container?.id?.slice(0, SHORT_ID) ?? UNKNOWN;
}

/** The failure when there was one, else the state, in words. Only TCP has states worth naming while it is open. */
function stateText({ failure, state, protocol }: Flow): string {
  if (failure !== undefined) return failure.replaceAll('_', ' ');
  if (protocol === 'tcp') return state.replaceAll('_', ' ');
  return state === 'closed' ? `${protocol} closed` : protocol;
}

export const COLUMNS: readonly Column[] = [
  {
    id: 'time',
    title: 'Time',
    numeric: false,
    text: (flow) => formatClock(lastTime(flow)),
    key: lastTime,
  },
  {
    id: 'source',
    title: 'Source',
    numeric: false,
    text: (flow) => formatAddress(flow.source),
    key: (flow) => formatAddress(flow.source),
  },
  {
    id: 'dest',
    title: 'Destination',
    numeric: false,
    text: (flow) => formatAddress(flow.dest),
    key: (flow) => formatAddress(flow.dest),
  },
  {
    id: 'process',
    title: 'Process',
    numeric: false,
    text: (flow) => flow.process?.comm ?? UNKNOWN,
    key: (flow) => flow.process?.comm,
  },
  {
    id: 'container',
    title: 'Container',
    numeric: false,
    text: containerText,
    key: (flow) => flow.container?.name ?? flow.container?.id,
  },
  {
    id: 'state',
    title: 'State',
    numeric: false,
    text: stateText,
    // Failures first: they are what one looks for.
    key: (flow) => `${flow.failure === undefined ? 1 : 0}${stateText(flow)}`,
  },
  {
    id: 'sent',
    title: 'Sent',
    numeric: true,
    text: (flow) => formatBytes(flow.sent.bytes),
    key: (flow) => flow.sent.bytes,
  },
  {
    id: 'received',
    title: 'Received',
    numeric: true,
    text: (flow) => formatBytes(flow.received.bytes),
    key: (flow) => flow.received.bytes,
  },
  {
    id: 'rtt',
    title: 'RTT',
    numeric: true,
    text: (flow) => formatMicros(flow.rttUs),
    key: (flow) => flow.rttUs,
  },
];

const byText = new Intl.Collator('en', { numeric: true });

/** A new array in the order of `sort`; ties keep the newest first. */
export function sortFlows(flows: readonly Flow[], sort: Sort): Flow[] {
  const column = COLUMNS.find(({ id }) => id === sort.column);
  if (column === undefined) return [...flows];
  const sign = sort.descending ? -1 : 1;
  return flows
    .map((flow) => ({ flow, key: column.key(flow), time: lastTime(flow) ?? '' }))
    .sort(
      (a, b) =>
        compareKeys(a.key, b.key, sign) || compareTimes(b.time, a.time) || (a.flow.id < b.flow.id ? -1 : 1),
    )
    .map(({ flow }) => flow);
}

function compareKeys(a: string | number | undefined, b: string | number | undefined, sign: number): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  if (typeof a === 'number' && typeof b === 'number') return (a - b) * sign;
  return byText.compare(String(a), String(b)) * sign;
}

/** RFC 3339 in UTC with a fixed number of digits orders as text. */
function compareTimes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The order after a click on a header: figures and times start with the largest, text with A. */
export function nextSort(current: Sort, column: ColumnId): Sort {
  if (current.column === column) return { column, descending: !current.descending };
  const numeric = COLUMNS.find(({ id }) => id === column)?.numeric ?? false;
  return { column, descending: numeric || column === 'time' };
}

/** All of a row as one text, for the search. */
export function flowText(flow: Flow): string {
  return [
    ...COLUMNS.map((column) => column.text(flow)),
    flow.protocol,
    flow.source.ip,
    flow.dest.ip,
    flow.process?.pid ?? '',
    flow.process?.exe ?? '',
    flow.container?.id ?? '',
    flow.state,
  ].join(' ');
}
