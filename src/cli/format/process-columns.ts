import type { ProcessRecord } from '../../wire/process.ts';
import { bytes, containerId, duration, exit, hasFailed, home, podName, processName, text } from './cells.ts';
import type { Column } from './columns.ts';
import type { Entry, RecordLayout, RecordStyle } from './records.ts';
import { printable } from './terminal.ts';
import { formatTime } from './time.ts';

/** The agent adds what Kubernetes calls its pod. */
export interface ShownProcess extends ProcessRecord {
  kubernetes?: { namespace?: string; pod?: string };
}

type ProcessColumn = Column<Entry<ShownProcess>>;

const COMMAND_WIDTH = 80;

export const PROCESS_LAYOUT: RecordLayout<ShownProcess> = {
  compact: compactColumns,
  table: tableColumns,
  isBad: hasFailed,
};

/** `12:03:11.204 started curl[4121] parent 812 curl -s http://example.com container ab12cd34ef56` */
function compactColumns(style: RecordStyle): ProcessColumn[] {
  return [
    { header: '', style: 'dim', cell: ({ record: process }) => formatTime(shownTime(process), style) },
    { header: '', cell: happening },
    { header: '', cell: ({ record: process }) => processName(process) },
    { header: '', style: 'dim', cell: ({ record: process }) => `parent ${text(process.parentPid)}` },
    { header: '', align: 'right', cell: ({ record: process }) => lived(process, style) },
    { header: '', cell: ({ record: process }) => cut(commandLine(process)) },
    { header: '', style: 'dim', cell: ({ record: process }) => home(process).join(' ') },
  ];
}

function tableColumns(style: RecordStyle, wide: boolean): ProcessColumn[] {
  const columns: ProcessColumn[] = [
    ...usageColumns(style),
    { header: 'CONTAINER', cell: ({ record: process }) => containerId(process.container?.id, wide) },
    {
      header: 'COMMAND',
      cell: ({ record: process }) => (wide ? commandLine(process) : cut(commandLine(process))),
    },
  ];
  return wide ? [...columns, ...wideColumns(style)] : columns;
}

/** What a line of a tree begins with too. */
export function usageColumns(style: RecordStyle): ProcessColumn[] {
  return [
    { header: 'STARTED', style: 'dim', cell: ({ record: process }) => formatTime(process.startedAt, style) },
    { header: 'PID', align: 'right', cell: ({ record: process }) => String(process.pid) },
    { header: 'PARENT', align: 'right', cell: ({ record: process }) => text(process.parentPid) },
    { header: 'UID', align: 'right', cell: ({ record: process }) => text(process.uid) },
    { header: 'CPU', align: 'right', cell: ({ record: process }) => cpuTime(process, style) },
    {
      header: 'MEMORY',
      align: 'right',
      cell: ({ record: process }) => bytes(process.memory?.rssBytes, style),
    },
    { header: 'EXIT', cell: ({ record: process }) => exit(process) },
  ];
}

function wideColumns(style: RecordStyle): ProcessColumn[] {
  return [
    { header: 'COMM', cell: ({ record: process }) => text(process.comm) },
    { header: 'EXITED', cell: ({ record: process }) => formatTime(process.exitedAt, style) },
    {
      header: 'VIRTUAL',
      align: 'right',
      cell: ({ record: process }) => bytes(process.memory?.virtualBytes, style),
    },
    { header: 'OWN-PID', align: 'right', cell: ({ record: process }) => text(process.namespacePid) },
    { header: 'POD', cell: ({ record: process }) => podName(process) ?? '-' },
    { header: 'NETNS', align: 'right', cell: ({ record: process }) => text(process.netns) },
    { header: 'CGROUP', cell: ({ record: process }) => text(process.cgroup?.path) },
    { header: 'EXE', cell: ({ record: process }) => text(process.exe) },
    { header: 'ID', cell: ({ record: process }) => process.id },
  ];
}

/** Its arguments, else its executable, else its name in brackets, as ps shows it. */
export function commandLine({ args = [], exe, comm }: ProcessRecord): string {
  if (args.length > 0) return printable(args.join(' '));
  return exe === undefined ? `[${text(comm)}]` : printable(exe);
}

export function cut(line: string): string {
  return line.length > COMMAND_WIDTH ? `${line.slice(0, COMMAND_WIDTH - 1)}…` : line;
}

function happening({ record: process, event }: Entry<ShownProcess>): string {
  if (event === 'oom') return 'oom';
  return process.state === 'exited' ? `exited ${exit(process)}` : (event?.split('.')[1] ?? process.state);
}

function shownTime({ exitedAt, startedAt }: ProcessRecord): string | undefined {
  return exitedAt ?? startedAt;
}

function lived({ startedAt, exitedAt }: ProcessRecord, style: RecordStyle): string {
  if (startedAt === undefined || exitedAt === undefined) return '-';
  return duration((Date.parse(exitedAt) - Date.parse(startedAt)) * 1e6, style);
}

function cpuTime({ cpu }: ProcessRecord, style: RecordStyle): string {
  if (cpu?.userUs === undefined && cpu?.systemUs === undefined) return '-';
  return duration(((cpu.userUs ?? 0) + (cpu.systemUs ?? 0)) * 1000, style);
}
