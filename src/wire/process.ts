import type { Fields } from './fields.ts';

/** A process as every client sees it: one life of one pid. Absent = not known. */

export type ProcessState = 'running' | 'exited';

export interface ProcessRecord {
  /** Unique on the node across restarts, also when the pid is used again. */
  id: string;
  pid: number;
  parentPid?: number;
  /** Of its own pid namespace. */
  namespacePid?: number;
  uid?: number;
  comm?: string;
  exe?: string;
  /** With secrets masked, unless the probe was told not to. */
  args?: string[];
  /** There are more arguments, or the last one is longer. */
  argsCut?: boolean;
  /** Programs that it was seen to execute, of which the last is shown. */
  executions?: number;
  state: ProcessState;
  /** RFC 3339 with nanoseconds, UTC. */
  startedAt?: string;
  exitedAt?: string;
  exitCode?: number;
  /** The number of the signal that ended it. */
  signal?: number;
  oomKilled?: boolean;
  /** When its use of processor and memory was read. */
  sampledAt?: string;
  /** Totals of its life; `millicores` is the rate between the last two samples. */
  cpu?: { userUs?: number; systemUs?: number; millicores?: number };
  memory?: { rssBytes?: number; virtualBytes?: number };
  /** Inode of the network namespace. */
  netns?: number;
  container?: { id?: string; runtime?: string };
  cgroup?: { id?: number; path?: string };
}

/** The order of a row. Only ever append: the stream's hello carries these names, so readers go by name. */
export const PROCESS_FIELDS = [
  ['id', 'text'],
  ['pid', 'uint'],
  ['parentPid', 'uint'],
  ['namespacePid', 'uint'],
  ['uid', 'uint'],
  ['comm', 'text'],
  ['exe', 'text'],
  ['args', 'texts'],
  ['state', 'text'],
  ['startedAt', 'time'],
  ['exitedAt', 'time'],
  ['exitCode', 'uint'],
  ['signal', 'uint'],
  ['oomKilled', 'bool'],
  ['cpu.userUs', 'uint'],
  ['cpu.systemUs', 'uint'],
  ['memory.rssBytes', 'uint'],
  ['memory.virtualBytes', 'uint'],
  ['netns', 'uint'],
  ['container.id', 'text'],
  ['container.runtime', 'text'],
  ['cgroup.id', 'uint'],
  ['cgroup.path', 'text'],
  ['argsCut', 'bool'],
  ['executions', 'uint'],
  ['sampledAt', 'time'],
  ['cpu.millicores', 'uint'],
] as const satisfies Fields;
