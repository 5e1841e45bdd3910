import { readdirSync, readlinkSync, statSync } from 'node:fs';
import { TimeSlice } from '../../lib/time-slice.ts';
import { listPids, tryRead } from './proc-entries.ts';

export interface Netns {
  /** Inode, the number in `net:[4026531840]`. */
  id: number;
  /** A file to enter it by. */
  path: string;
}

export interface NetnsList {
  namespaces: Netns[];
  /** Processes whose namespace may not be read: needs CAP_SYS_PTRACE. */
  denied: number;
  /** There are more than `maxNamespaces`. */
  truncated: boolean;
}

export interface NetnsOptions {
  procRoot: string;
  /** Where `ip netns` and container runtimes keep namespaces that may have no process. */
  namedDir?: string;
  maxNamespaces?: number;
}

/**
 * The network namespaces of the node: those of its processes, each by its oldest one, which will last longest, and
 * the named ones. 3 us a process; yields to the event loop.
 */
export async function listNetns(options: NetnsOptions): Promise<NetnsList> {
  const { procRoot, namedDir = '/run/netns', maxNamespaces = 4096 } = options;
  const paths = new Map<number, string>();
  const list: NetnsList = { namespaces: [], denied: 0, truncated: false };
  const add = (id: number, path: string): void => {
    if (paths.has(id)) return;
    if (paths.size >= maxNamespaces) list.truncated = true;
    else paths.set(id, path);
  };

  const slice = new TimeSlice();
  for (const pid of listPids(procRoot)) {
    if (slice.isOver) await slice.pause();
    const path = `${procRoot}/${pid}/ns/net`;
    const link = tryRead(() => parseNetnsLink(readlinkSync(path)));
    if ('unreadable' in link) list.denied += link.unreadable === 'denied' ? 1 : 0;
    else if (link.value !== undefined) add(link.value, path);
  }
  for (const { id, path } of listNamed(procRoot, namedDir)) add(id, path);
  list.namespaces = Array.from(paths, ([id, path]) => ({ id, path }));
  return list;
}

/** Parses the target of /proc/<pid>/ns/net. */
export function parseNetnsLink(target: string): number | undefined {
  const digits = /^net:\[(\d+)\]$/.exec(target)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function listNamed(procRoot: string, directory: string): Netns[] {
  // A name whose namespace is not mounted is an ordinary file, on another file system than a namespace.
  const device = statSync(`${procRoot}/self/ns/net`).dev;
  const names = tryRead(() => readdirSync(directory));
  if ('unreadable' in names) return [];
  return names.value.flatMap((name) => {
    const path = `${directory}/${name}`;
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat?.dev === device ? [{ id: stat.ino, path }] : [];
  });
}
