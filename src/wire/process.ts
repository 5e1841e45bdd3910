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
  args?: string[];
  state: ProcessState;
  /** RFC 3339 with nanoseconds, UTC. */
  startedAt?: string;
  exitedAt?: string;
  exitCode?: number;
  /** The number of the signal that ended it. */
  signal?: number;
  oomKilled?: boolean;
  cpu?: { userUs?: number; systemUs?: number };
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
] as const satisfies Fields;
