/** Parsers of the files of /proc/<pid>. Each gives undefined for text that is not what the kernel writes. */

export interface ProcessStat {
  /** Of the main thread, as the kernel cut it: at most 15 bytes, more for kernel threads. */
  comm: string;
  parentPid: number;
  /** Start time since boot in ticks of 10 ms; with the pid it names the process for good. */
  startTicks: number;
}

/** The same with what it uses. */
export interface ProcessUsage extends ProcessStat {
  /** Its main thread has ended; when it has no other, so has the process. */
  isZombie: boolean;
  isKernelThread: boolean;
  threads: number;
  userTicks: number;
  systemTicks: number;
  virtualBytes: number;
  residentPages: number;
}

export interface ProcessStatus {
  /** Real user id. */
  uid: number;
  /** Pid in the process's own, innermost pid namespace. */
  namespacePid: number;
}

/** USER_HZ is 100 on every architecture that Node.js runs on. */
export const NS_PER_TICK = 10_000_000;

const DELETED = ' (deleted)';
/** Of the flags of a task, PF_KTHREAD. */
const KERNEL_THREAD = 0x200000;

/** Parses /proc/<pid>/stat. The comm may itself hold spaces, parentheses and newlines: its end is the last ")". */
export function parseStat(text: string): ProcessStat | undefined {
  return statOf(splitStat(text));
}

/** Parses it whole. */
export function parseUsage(text: string): ProcessUsage | undefined {
  const parts = splitStat(text);
  const stat = statOf(parts);
  if (parts === undefined || stat === undefined) return undefined;
  const counts = [9, 14, 15, 20, 23, 24].map((number) => parseCount(parts.field(number)));
  if (counts.includes(undefined)) return undefined;
  const [flags, userTicks, systemTicks, threads, virtualBytes, residentPages] = counts as [
    ...(readonly [number, number, number, number, number, number]),
  ];
  return {
    ...stat,
    isZombie: parts.field(3) === 'Z',
    isKernelThread: (flags & KERNEL_THREAD) !== 0,
    threads,
    userTicks,
    systemTicks,
    virtualBytes,
    residentPages,
  };
}

/** The fields are numbered as in proc(5), from 3 on. */
function splitStat(text: string): { comm: string; field(number: number): string | undefined } | undefined {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return undefined;
  const fields = text.slice(close + 2).split(' ');
  return { comm: text.slice(open + 1, close), field: (number) => fields[number - 3] };
}

function statOf(parts: ReturnType<typeof splitStat>): ProcessStat | undefined {
  const parentPid = parseCount(parts?.field(4));
  const startTicks = parseCount(parts?.field(22));
  if (parts === undefined || parentPid === undefined || startTicks === undefined) return undefined;
  return { comm: parts.comm, parentPid, startTicks };
}

/** Parses /proc/<pid>/status. */
export function parseStatus(text: string): ProcessStatus | undefined {
  const uid = parseCount(/^Uid:\t(\d+)/m.exec(text)?.[1]);
  const namespacePid = parseCount(/^NSpid:.*?(\d+)$/m.exec(text)?.[1]);
  return uid === undefined || namespacePid === undefined ? undefined : { uid, namespacePid };
}

/**
 * Parses /proc/<pid>/cgroup into the paths that may name a container, best first: the unified one, then those of the v1
 * hierarchies that every runtime uses. `unified` is absent on a host that has only v1.
 */
export function parseCgroups(text: string): { unified?: string; paths: string[] } {
  const byHierarchy = parseHierarchies(text);
  const unified = byHierarchy.get('');
  const paths = ['', 'name=systemd', 'memory', 'pids'].flatMap((name) => byHierarchy.get(name) ?? []);
  return unified === undefined ? { paths } : { unified, paths };
}

/** Parses /proc/<pid>/cgroup into the path in the hierarchy of each controller; that of the unified one is "". */
export function parseHierarchies(text: string): Map<string, string> {
  const byHierarchy = new Map<string, string>();
  for (const line of text.split('\n')) {
    // hierarchy id:controllers:path, and the path may hold colons
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) continue;
    for (const controller of controllers.split(',')) byHierarchy.set(controller, trimDeleted(path));
  }
  return byHierarchy;
}

/** The target of /proc/<pid>/exe without the mark for a file that was removed or replaced since. */
export function parseExe(target: string): string {
  return trimDeleted(target);
}

function trimDeleted(path: string): string {
  return path.endsWith(DELETED) ? path.slice(0, -DELETED.length) : path;
}

function parseCount(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
