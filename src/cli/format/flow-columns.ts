import { clientSide } from '../../lib/filter/flow-record.ts';
import type { Endpoint, FlowRecord } from '../../wire/flow.ts';
import type { EventType } from '../../wire/messages.ts';
import type { Column } from './columns.ts';
import { shortBytes, shortDuration } from './numbers.ts';
import { printable } from './terminal.ts';
import { formatTime, type TimeStyle } from './time.ts';

/** A line of output: a flow of a list, or what happened to it in a followed stream. */
export interface FlowEntry {
  flow: FlowRecord;
  event?: EventType;
}

export interface FlowStyle extends TimeStyle {
  /** Addresses instead of domain names, exact numbers instead of short ones. */
  numeric: boolean;
}

type FlowColumn = Column<FlowEntry>;

/** `12:03:11.204 curl[4121] 10.0.0.5:51234 -> 10.0.0.9:80 tcp closed ↑1.2k ↓34k 3.1ms rtt 0.4ms` */
export function compactColumns(style: FlowStyle): FlowColumn[] {
  return [
    { header: '', style: 'dim', cell: ({ flow }) => formatTime(shownTime(flow), style) },
    { header: '', cell: ({ flow }) => owner(flow) },
    { header: '', align: 'right', cell: ({ flow }) => endpoint(flow.source, style) },
    { header: '', style: 'dim', cell: ({ flow }) => arrow(flow) },
    { header: '', cell: ({ flow }) => endpoint(flow.dest, style) },
    { header: '', cell: ({ flow }) => flow.protocol },
    { header: '', cell: (entry) => happening(entry) },
    { header: '', align: 'right', cell: ({ flow }) => `↑${bytes(flow.sent.bytes, style)}` },
    { header: '', align: 'right', cell: ({ flow }) => `↓${bytes(flow.received.bytes, style)}` },
    { header: '', align: 'right', cell: ({ flow }) => duration(flow.durationNs, style) },
    { header: '', style: 'dim', cell: ({ flow }) => remarks(flow, style) },
  ];
}

export function tableColumns(style: FlowStyle, wide: boolean): FlowColumn[] {
  const columns: FlowColumn[] = [
    { header: 'TIME', style: 'dim', cell: ({ flow }) => formatTime(shownTime(flow), style) },
    { header: 'PROCESS', cell: ({ flow }) => printable(flow.process?.comm ?? '-') },
    { header: 'PID', align: 'right', cell: ({ flow }) => String(flow.process?.pid ?? '-') },
    { header: 'CONTAINER', cell: ({ flow }) => containerId(flow, wide) },
    { header: 'SOURCE', cell: ({ flow }) => endpoint(flow.source, style) },
    { header: 'DESTINATION', cell: ({ flow }) => endpoint(flow.dest, style) },
    { header: 'DIRECTION', cell: ({ flow }) => direction(flow) },
    { header: 'PROTO', cell: ({ flow }) => flow.protocol },
    { header: 'STATE', cell: (entry) => happening(entry) },
    { header: 'SENT', align: 'right', cell: ({ flow }) => bytes(flow.sent.bytes, style) },
    { header: 'RECEIVED', align: 'right', cell: ({ flow }) => bytes(flow.received.bytes, style) },
    { header: 'DURATION', align: 'right', cell: ({ flow }) => duration(flow.durationNs, style) },
    { header: 'RTT', align: 'right', cell: ({ flow }) => micros(flow.rttUs, style) },
  ];
  return wide ? [...columns, ...wideColumns(style)] : columns;
}

function wideColumns(style: FlowStyle): FlowColumn[] {
  return [
    { header: 'CONNECT', align: 'right', cell: ({ flow }) => micros(flow.connectUs, style) },
    { header: 'SENT-PKTS', align: 'right', cell: ({ flow }) => String(flow.sent.packets) },
    { header: 'RECV-PKTS', align: 'right', cell: ({ flow }) => String(flow.received.packets) },
    { header: 'RETRANS', align: 'right', cell: ({ flow }) => String(flow.retransmits ?? '-') },
    { header: 'LOST', align: 'right', cell: ({ flow }) => String(flow.lostPackets ?? '-') },
    { header: 'NETNS', align: 'right', cell: ({ flow }) => String(flow.netns ?? '-') },
    { header: 'TRANSLATED', cell: ({ flow }) => translated(flow) ?? '-' },
    { header: 'CGROUP', cell: ({ flow }) => printable(flow.cgroup?.path ?? '-') },
    { header: 'EXE', cell: ({ flow }) => printable(flow.process?.exe ?? '-') },
    { header: 'ID', cell: ({ flow }) => flow.id },
  ];
}

/** `reset` rather than `closed`: that is what one looks for. */
function happening({ flow, event }: FlowEntry): string {
  if (flow.failure !== undefined) return flow.failure;
  if (flow.state === 'closed' || event === undefined) return flow.state;
  return event.slice('flow.'.length);
}

function shownTime({ closedAt, lastSeenAt, openedAt }: FlowRecord): string | undefined {
  return closedAt ?? lastSeenAt ?? openedAt;
}

function owner({ process }: FlowRecord): string {
  if (process?.comm === undefined) return process?.pid === undefined ? '-' : `[${process.pid}]`;
  return printable(process.comm) + (process.pid === undefined ? '' : `[${process.pid}]`);
}

/** From the end that opened the connection. */
function arrow(flow: FlowRecord): string {
  if (flow.role === undefined && flow.direction === undefined) return '--';
  return clientSide(flow) === 'source' ? '->' : '<-';
}

function direction({ direction, role }: FlowRecord): string {
  return direction === 'local' && role !== undefined ? `local/${role}` : (direction ?? '-');
}

function endpoint({ ip, port, domain }: Endpoint, { numeric }: Pick<FlowStyle, 'numeric'>): string {
  if (domain !== undefined && !numeric) return `${printable(domain)}:${port}`;
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}

function translated({ translated }: FlowRecord): string | undefined {
  const end = translated?.dest ?? translated?.source;
  return end && endpoint(end, { numeric: true });
}

/** Twelve digits name a container on every command line. */
function containerId({ container }: FlowRecord, whole: boolean): string {
  return container?.id === undefined ? '-' : printable(whole ? container.id : container.id.slice(0, 12));
}

function bytes(count: number, { numeric }: FlowStyle): string {
  return numeric ? String(count) : shortBytes(count);
}

function duration(ns: number | undefined, { numeric }: FlowStyle): string {
  if (ns === undefined) return '-';
  return numeric ? `${Math.round(ns / 1000)}us` : shortDuration(ns);
}

function micros(us: number | undefined, style: FlowStyle): string {
  return duration(us === undefined ? undefined : us * 1000, style);
}

function remarks(flow: FlowRecord, style: FlowStyle): string {
  const remarks: string[] = [];
  const behind = translated(flow);
  if (flow.rttUs !== undefined) remarks.push(`rtt ${micros(flow.rttUs, style)}`);
  if (flow.retransmits) remarks.push(`retrans ${flow.retransmits}`);
  if (flow.lostPackets) remarks.push(`lost ${flow.lostPackets}`);
  if (behind !== undefined) remarks.push(`nat ${behind}`);
  if (flow.container?.id !== undefined) remarks.push(`container ${containerId(flow, false)}`);
  if (flow.closeMissed) remarks.push('close missed');
  return remarks.join(' ');
}
