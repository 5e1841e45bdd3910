import { clientSide } from '../../lib/filter/flow-record.ts';
import type { Endpoint, FlowRecord } from '../../wire/flow.ts';
import { address, bytes, containerId, duration, home, micros, podName, processName, text } from './cells.ts';
import type { Column } from './columns.ts';
import type { Entry, RecordLayout, RecordStyle } from './records.ts';
import { printable } from './terminal.ts';
import { formatTime } from './time.ts';

/** The agent adds what Kubernetes calls both ends. */
interface Shown extends FlowRecord {
  kubernetes?: { namespace?: string; pod?: string };
}

type FlowColumn = Column<Entry<Shown>>;

export const FLOW_LAYOUT: RecordLayout<Shown> = {
  compact: compactColumns,
  table: tableColumns,
  isBad: ({ failure }) => failure !== undefined,
};

/** `12:03:11.204 curl[4121] 10.0.0.5:51234 -> 10.0.0.9:80 tcp closed ↑1.2k ↓34k 3.1ms rtt 0.4ms` */
function compactColumns(style: RecordStyle): FlowColumn[] {
  return [
    { header: '', style: 'dim', cell: ({ record: flow }) => formatTime(shownTime(flow), style) },
    { header: '', cell: ({ record: flow }) => processName(flow.process) },
    { header: '', align: 'right', cell: ({ record: flow }) => endpoint(flow.source, style) },
    { header: '', style: 'dim', cell: ({ record: flow }) => arrow(flow) },
    { header: '', cell: ({ record: flow }) => endpoint(flow.dest, style) },
    { header: '', cell: ({ record: flow }) => flow.protocol },
    { header: '', cell: happening },
    { header: '', align: 'right', cell: ({ record: flow }) => `↑${bytes(flow.sent.bytes, style)}` },
    { header: '', align: 'right', cell: ({ record: flow }) => `↓${bytes(flow.received.bytes, style)}` },
    { header: '', align: 'right', cell: ({ record: flow }) => duration(flow.durationNs, style) },
    { header: '', style: 'dim', cell: ({ record: flow }) => remarks(flow, style) },
  ];
}

function tableColumns(style: RecordStyle, wide: boolean): FlowColumn[] {
  const columns: FlowColumn[] = [
    { header: 'TIME', style: 'dim', cell: ({ record: flow }) => formatTime(shownTime(flow), style) },
    { header: 'PROCESS', cell: ({ record: flow }) => text(flow.process?.comm) },
    { header: 'PID', align: 'right', cell: ({ record: flow }) => text(flow.process?.pid) },
    { header: 'CONTAINER', cell: ({ record: flow }) => containerId(flow.container?.id, wide) },
    { header: 'SOURCE', cell: ({ record: flow }) => endpoint(flow.source, style) },
    { header: 'DESTINATION', cell: ({ record: flow }) => endpoint(flow.dest, style) },
    { header: 'DIRECTION', cell: ({ record: flow }) => direction(flow) },
    { header: 'PROTO', cell: ({ record: flow }) => flow.protocol },
    { header: 'STATE', cell: happening },
    { header: 'SENT', align: 'right', cell: ({ record: flow }) => bytes(flow.sent.bytes, style) },
    { header: 'RECEIVED', align: 'right', cell: ({ record: flow }) => bytes(flow.received.bytes, style) },
    { header: 'DURATION', align: 'right', cell: ({ record: flow }) => duration(flow.durationNs, style) },
    { header: 'RTT', align: 'right', cell: ({ record: flow }) => micros(flow.rttUs, style) },
  ];
  return wide ? [...columns, ...wideColumns(style)] : columns;
}

function wideColumns(style: RecordStyle): FlowColumn[] {
  return [
    { header: 'CONNECT', align: 'right', cell: ({ record: flow }) => micros(flow.connectUs, style) },
    { header: 'SENT-PKTS', align: 'right', cell: ({ record: flow }) => String(flow.sent.packets) },
    { header: 'RECV-PKTS', align: 'right', cell: ({ record: flow }) => String(flow.received.packets) },
    { header: 'RETRANS', align: 'right', cell: ({ record: flow }) => text(flow.retransmits) },
    { header: 'LOST', align: 'right', cell: ({ record: flow }) => text(flow.lostPackets) },
    { header: 'POD', cell: ({ record: flow }) => podName(flow) ?? '-' },
    { header: 'NETNS', align: 'right', cell: ({ record: flow }) => text(flow.netns) },
    { header: 'TRANSLATED', cell: ({ record: flow }) => translated(flow) ?? '-' },
    { header: 'CGROUP', cell: ({ record: flow }) => text(flow.cgroup?.path) },
    { header: 'EXE', cell: ({ record: flow }) => text(flow.process?.exe) },
    { header: 'ID', cell: ({ record: flow }) => flow.id },
  ];
}

/** `reset` rather than `closed`: that is what one looks for. */
function happening({ record: flow, event }: Entry<Shown>): string {
  if (flow.failure !== undefined) return flow.failure;
  if (flow.state === 'closed' || event === undefined) return flow.state;
  return event.slice('flow.'.length);
}

function shownTime({ closedAt, lastSeenAt, openedAt }: FlowRecord): string | undefined {
  return closedAt ?? lastSeenAt ?? openedAt;
}

/** From the end that opened the connection. */
function arrow(flow: FlowRecord): string {
  if (flow.role === undefined && flow.direction === undefined) return '--';
  return clientSide(flow) === 'source' ? '->' : '<-';
}

function direction({ direction, role }: FlowRecord): string {
  return direction === 'local' && role !== undefined ? `local/${role}` : (direction ?? '-');
}

function endpoint({ ip, port, domain }: Endpoint, { numeric }: Pick<RecordStyle, 'numeric'>): string {
  if (domain !== undefined && !numeric) return `${printable(domain)}:${port}`;
  return address({ ip, port });
}

function translated({ translated }: FlowRecord): string | undefined {
  const end = translated?.dest ?? translated?.source;
  return end && address(end);
}

function remarks(flow: Shown, style: RecordStyle): string {
  const remarks: string[] = [];
  const behind = translated(flow);
  if (flow.rttUs !== undefined) remarks.push(`rtt ${micros(flow.rttUs, style)}`);
  if (flow.retransmits) remarks.push(`retrans ${flow.retransmits}`);
  if (flow.lostPackets) remarks.push(`lost ${flow.lostPackets}`);
  if (behind !== undefined) remarks.push(`nat ${behind}`);
  remarks.push(...home(flow));
  if (flow.closeMissed) remarks.push('close missed');
  return remarks.join(' ');
}
