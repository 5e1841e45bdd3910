import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { TimeSlice } from '../../lib/time-slice.ts';
import { listPids, tryRead } from './proc-entries.ts';

export interface SocketOwner {
  pid: number;
  comm: string;
}

export interface SocketOwners {
  /** By socket inode; what is missing has no process, or was not found. */
  owners: Map<number, SocketOwner>;
  /** The search ended at `maxDescriptors`. */
  truncated: boolean;
}

export interface SocketOwnersOptions {
  procRoot: string;
  /** 4 to 9 us each. */
  maxDescriptors?: number;
}

/**
 * Finds the process of each of `inodes` by the links in /proc/<pid>/fd, of several the oldest: the one that made the
 * socket rather than a worker that inherited it. For once at start; yields to the event loop.
 */
export async function findSocketOwners(
  inodes: Iterable<number>,
  { procRoot, maxDescriptors = 500_000 }: SocketOwnersOptions,
): Promise<SocketOwners> {
  const wanted = new Set(inodes);
  const found: SocketOwners = { owners: new Map(), truncated: false };
  const slice = new TimeSlice();
  let visited = 0;
  for (const pid of listPids(procRoot)) {
    if (wanted.size === 0) break;
    const descriptors = tryRead(() => readdirSync(`${procRoot}/${pid}/fd`));
    if ('unreadable' in descriptors) continue;
    for (const descriptor of descriptors.value) {
      if (visited++ >= maxDescriptors) return { ...found, truncated: true };
      if (slice.isOver) await slice.pause();
      const link = tryRead(() => parseSocketLink(readlinkSync(`${procRoot}/${pid}/fd/${descriptor}`)));
      if ('unreadable' in link || link.value === undefined || !wanted.delete(link.value)) continue;
      const comm = tryRead(() => readFileSync(`${procRoot}/${pid}/comm`, 'utf8').replace(/\n$/, ''));
      if ('value' in comm) found.owners.set(link.value, { pid, comm: comm.value });
    }
  }
  return found;
}

/** Parses the target of /proc/<pid>/fd/<n>; undefined when it is no socket. */
export function parseSocketLink(target: string): number | undefined {
  const digits = /^socket:\[(\d+)\]$/.exec(target)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
