import type { MapNames } from '../../map/types.ts';
import { formatAddress, formatBytes, formatClock, formatCount, formatMicros, UNKNOWN } from '../format.ts';
import { type Column, type Sort, sortRows } from '../table/sort.ts';
import type { Flow } from './flow.ts';

export const FLOW_COLUMN_IDS = [
  'time',
  'workload',
  'peer',
  'source',
  'dest',
  'process',
  'pid',
  'container',
  'pod',
  'namespace',
  'service',
  'protocol',
  'state',
  'sent',
  'received',
  'rtt',
  'connect',
  'retransmits',
  'duration',
] as const;

export type FlowColumnId = (typeof FLOW_COLUMN_IDS)[number];
export type FlowColumn = Column<Flow, FlowColumnId>;
export type FlowSort = Sort<FlowColumnId>;

const PLAIN: readonly FlowColumnId[] = [
  'time',
  'source',
  'dest',
  'process',
  'container',
  'state',
  'sent',
  'received',
  'rtt',
];
const NAMED: readonly FlowColumnId[] = [
  'time',
  'workload',
  'peer',
  'dest',
  'process',
  'state',
  'sent',
  'received',
  'rtt',
];

/** The columns shown while the reader chose none. */
export function defaultColumns({ kubernetes }: { kubernetes: boolean }): readonly FlowColumnId[] {
  return kubernetes ? NAMED : PLAIN;
}

const SHORT_ID = 12;

function lastTime(flow: Flow): string | undefined {
  return flow.closedAt ?? flow.lastSeenAt ?? flow.openedAt;
}

function containerText(flow: Flow): string | undefined {
  return flow.container?.name ?? flow.container?.id?.slice(0, SHORT_ID);
}

/** The failure when there was one, else the state, in words. Only TCP has states worth naming while it is open. */
function stateText({ failure, state, protocol }: Flow): string {
  if (failure !== undefined) return failure.replaceAll('_', ' ');
  if (protocol === 'tcp') return state.replaceAll('_', ' ');
  return state === 'closed' ? `${protocol} closed` : protocol;
}

/** The best name that Kubernetes has for an end. */
function called(names: MapNames | undefined): string | undefined {
  return names?.workload?.name ?? names?.pod ?? names?.service ?? names?.node;
}

function durationUs({ openedAt, closedAt, lastSeenAt }: Flow): number | undefined {
  const end = closedAt ?? lastSeenAt;
  if (openedAt === undefined || end === undefined) return undefined;
  return (Date.parse(end) - Date.parse(openedAt)) * 1000;
}

type Read<T> = (flow: Flow) => T | undefined;

function words(id: FlowColumnId, title: string, read: Read<string>): FlowColumn {
  return { id, title, numeric: false, text: (flow) => read(flow) ?? UNKNOWN, key: read };
}

function figure(
  id: FlowColumnId,
  title: string,
  { read, format }: { read: Read<number>; format: (value: number | undefined) => string },
): FlowColumn {
  return { id, title, numeric: true, text: (flow) => format(read(flow)), key: read };
}

export const FLOW_COLUMNS: readonly FlowColumn[] = [
  { ...words('time', 'Time', lastTime), text: (flow) => formatClock(lastTime(flow)) },
  words('workload', 'Workload', ({ kubernetes }) => called(kubernetes)),
  words('peer', 'Peer', ({ dest }) => called(dest.kubernetes) ?? dest.domain),
  words('source', 'Source', ({ source }) => formatAddress(source)),
  words('dest', 'Destination', ({ dest }) => formatAddress(dest)),
  words('process', 'Process', ({ process }) => process?.comm),
  figure('pid', 'PID', { read: ({ process }) => process?.pid, format: (pid) => String(pid ?? UNKNOWN) }),
  words('container', 'Container', containerText),
  words('pod', 'Pod', ({ kubernetes }) => kubernetes?.pod),
  words('namespace', 'Namespace', ({ kubernetes }) => kubernetes?.namespace),
  words('service', 'Service', ({ dest }) => dest.kubernetes?.service),
  words('protocol', 'Protocol', ({ protocol }) => protocol),
  {
    ...words('state', 'State', stateText),
    // Failures first: they are what one looks for.
    key: (flow) => `${flow.failure === undefined ? 1 : 0}${stateText(flow)}`,
  },
  figure('sent', 'Sent', { read: ({ sent }) => sent.bytes, format: formatBytes }),
  figure('received', 'Received', { read: ({ received }) => received.bytes, format: formatBytes }),
  figure('rtt', 'RTT', { read: ({ rttUs }) => rttUs, format: formatMicros }),
  figure('connect', 'Connect', { read: ({ connectUs }) => connectUs, format: formatMicros }),
  figure('retransmits', 'Retrans.', { read: ({ retransmits }) => retransmits, format: formatCount }),
  figure('duration', 'Duration', { read: durationUs, format: formatMicros }),
];

/** A new array in the order of `sort`; ties keep the newest first. */
export function sortFlows(flows: readonly Flow[], sort: FlowSort): Flow[] {
  const tie = (a: Flow, b: Flow) =>
    compareTimes(lastTime(b) ?? '', lastTime(a) ?? '') || (a.id < b.id ? -1 : 1);
  return sortRows(flows, { columns: FLOW_COLUMNS, sort, tie });
}

/** RFC 3339 in UTC with a fixed number of digits orders as text. */
function compareTimes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** All of a row as one text, for the search. */
export function flowText(flow: Flow): string {
  return [
    ...FLOW_COLUMNS.filter(({ id }) => id !== 'pid').map((column) => column.text(flow)),
    flow.source.ip,
    flow.dest.ip,
    flow.process?.pid ?? '',
    flow.process?.exe ?? '',
    flow.container?.id ?? '',
    flow.state,
  ].join(' ');
}
