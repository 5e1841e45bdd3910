import type { ContainerRecord } from '../../wire/container.ts';
import { bytes, containerId, exit, hasFailed, micros, podName, text } from './cells.ts';
import type { Column } from './columns.ts';
import type { Entry, RecordLayout, RecordStyle } from './records.ts';
import { printable } from './terminal.ts';
import { formatTime } from './time.ts';

type ContainerColumn = Column<Entry<ContainerRecord>>;

export const CONTAINER_LAYOUT: RecordLayout<ContainerRecord> = {
  compact: compactColumns,
  table: tableColumns,
  isBad: (container) => hasFailed(container) || container.crashLoop === true,
};

/** `12:03:11.204 exited SIGKILL oom cart ab12cd34ef56 shop/cart:1.2 pod shop/cart-5d9f restarts 3 crash loop` */
function compactColumns(style: RecordStyle): ContainerColumn[] {
  return [
    { header: '', style: 'dim', cell: ({ record }) => formatTime(shownTime(record), style) },
    { header: '', cell: happening },
    { header: '', cell: ({ record }) => text(record.name) },
    { header: '', cell: ({ record }) => containerId(record.id, false) },
    { header: '', cell: ({ record }) => text(record.image) },
    { header: '', style: 'dim', cell: ({ record }) => remarks(record, style) },
  ];
}

function tableColumns(style: RecordStyle, wide: boolean): ContainerColumn[] {
  const columns: ContainerColumn[] = [
    { header: 'CONTAINER', cell: ({ record }) => containerId(record.id, wide) },
    { header: 'NAME', cell: ({ record }) => text(record.name) },
    { header: 'POD', cell: ({ record }) => podName(record) ?? '-' },
    { header: 'IMAGE', cell: ({ record }) => text(record.image) },
    { header: 'STATE', cell: state },
    { header: 'STARTED', style: 'dim', cell: ({ record }) => formatTime(record.startedAt, style) },
    { header: 'CPU', align: 'right', cell: ({ record }) => millicores(record.cpu?.millicores) },
    {
      header: 'MEMORY',
      align: 'right',
      cell: ({ record }) => bytes(record.memory?.workingSetBytes ?? record.memory?.usageBytes, style),
    },
    { header: 'RESTARTS', align: 'right', cell: ({ record }) => text(record.restarts) },
    { header: 'EXIT', cell: ({ record }) => exit(record) },
  ];
  return wide ? [...columns, ...wideColumns(style)] : columns;
}

function wideColumns(style: RecordStyle): ContainerColumn[] {
  return [
    { header: 'STOPPED', cell: ({ record }) => formatTime(record.stoppedAt, style) },
    { header: 'CPU-LIMIT', align: 'right', cell: ({ record }) => millicores(record.cpu?.limitMillicores) },
    {
      header: 'THROTTLED',
      align: 'right',
      cell: ({ record }) => micros(record.cpu?.throttledUs, style),
    },
    { header: 'MEM-LIMIT', align: 'right', cell: ({ record }) => bytes(record.memory?.limitBytes, style) },
    { header: 'OOM-KILLS', align: 'right', cell: ({ record }) => text(record.memory?.oomKills) },
    { header: 'CPU-WAIT', align: 'right', cell: ({ record }) => permille(record.pressure?.cpuPermille) },
    { header: 'MEM-WAIT', align: 'right', cell: ({ record }) => permille(record.pressure?.memoryPermille) },
    { header: 'IO-WAIT', align: 'right', cell: ({ record }) => permille(record.pressure?.ioPermille) },
    { header: 'READ', align: 'right', cell: ({ record }) => bytes(record.io?.readBytes, style) },
    { header: 'WRITTEN', align: 'right', cell: ({ record }) => bytes(record.io?.writtenBytes, style) },
    { header: 'TASKS', align: 'right', cell: ({ record }) => text(record.pids?.count) },
    { header: 'SOCKETS', align: 'right', cell: ({ record }) => text(record.sockets) },
    { header: 'PID', align: 'right', cell: ({ record }) => text(record.process?.pid) },
    { header: 'RUNTIME', cell: ({ record }) => text(record.runtime) },
    { header: 'CGROUP', cell: ({ record }) => text(record.cgroup?.path) },
  ];
}

function happening({ record, event }: Entry<ContainerRecord>): string {
  if (record.state === 'exited') return `exited ${exit(record)}`;
  return event?.split('.')[1] ?? record.state;
}

function state({ record }: Entry<ContainerRecord>): string {
  return record.crashLoop ? 'crash loop' : printable(record.state);
}

function shownTime({ stoppedAt, startedAt, createdAt }: ContainerRecord): string | undefined {
  return stoppedAt ?? startedAt ?? createdAt;
}

/** As Kubernetes writes it: 1000m is one CPU. */
function millicores(count: number | undefined): string {
  return count === undefined ? '-' : `${count}m`;
}

/** The share of the time in which some task waited. */
function permille(count: number | undefined): string {
  return count === undefined ? '-' : `${(count / 10).toFixed(1)}%`;
}

function remarks(container: ContainerRecord, style: RecordStyle): string {
  const remarks: string[] = [];
  const pod = podName(container);
  const memory = container.memory?.workingSetBytes;
  if (container.state !== 'exited') {
    if (container.cpu?.millicores !== undefined) remarks.push(`cpu ${millicores(container.cpu.millicores)}`);
    if (memory !== undefined) remarks.push(`memory ${bytes(memory, style)}`);
  }
  if (pod !== undefined) remarks.push(`pod ${pod}`);
  if (container.restarts) remarks.push(`restarts ${container.restarts}`);
  if (container.crashLoop) remarks.push('crash loop');
  return remarks.join(' ');
}
