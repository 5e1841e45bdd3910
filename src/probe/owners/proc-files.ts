/** Parsers of the files of /proc/<pid>. Each gives undefined for text that is not what the kernel writes. */

export interface ProcessStat {
  /** Of the main thread, as the kernel cut it: at most 15 bytes, more for kernel threads. */
  comm: string;
  parentPid: number;
  /** Start time since boot in ticks of 10 ms; with the pid it names the process for good. */
  startTicks: number;
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

/** Parses /proc/<pid>/stat. The comm may itself hold spaces, parentheses and newlines: its end is the last ")". */
export function parseStat(text: string): ProcessStat | undefined {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return undefined;
  // Numbered as in proc(5), from field 3 on.
  const fields = text.slice(close + 2).split(' ');
  const parentPid = parseCount(fields[4 - 3]);
  const startTicks = parseCount(fields[22 - 3]);
  if (parentPid === undefined || startTicks === undefined) return undefined;
  return { comm: text.slice(open + 1, close), parentPid, startTicks };
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
  const byHierarchy = new Map<string, string>();
  for (const line of text.split('\n')) {
    // hierarchy id:controllers:path, and the path may hold colons
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) continue;
    for (const controller of controllers.split(',')) byHierarchy.set(controller, trimDeleted(path));
  }
  const unified = byHierarchy.get('');
  const paths = ['', 'name=systemd', 'memory', 'pids'].flatMap((name) => byHierarchy.get(name) ?? []);
  return unified === undefined ? { paths } : { unified, paths };
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
