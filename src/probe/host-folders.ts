import { existsSync } from 'node:fs';
import type { ProbeConfig } from '../lib/config/load.ts';

export interface HostFolders {
  procRoot: string;
  cgroupRoot: string | undefined;
}

/** The configuration with the folders that were found. */
export type HostConfig = ProbeConfig & HostFolders;

const CONTAINER_PROC = '/host/proc';
const CONTAINER_CGROUP = '/host/sys/fs/cgroup';

/** Where the host's file systems are: as configured, or where pods of monitors mount them, or the process's own. */
export function findHostFolders(
  { procRoot, cgroupRoot }: { procRoot: string | undefined; cgroupRoot: string | undefined },
  exists: (path: string) => boolean = existsSync,
): HostFolders {
  const mounted = (path: string, entry: string) => (exists(`${path}/${entry}`) ? path : undefined);
  return {
    procRoot: procRoot ?? mounted(CONTAINER_PROC, 'stat') ?? '/proc',
    cgroupRoot: cgroupRoot ?? mounted(CONTAINER_CGROUP, '.'),
  };
}
