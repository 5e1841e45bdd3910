import { existsSync, readdirSync, readFileSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readCgroupMounts } from '../../src/probe/owners/cgroup-mounts.ts';

/** Id and path of the cgroup v2 that a process is in. */
export function unifiedCgroup(pid: number): { id: number; path: string } {
  const { unified } = readCgroupMounts('/proc', '/sys/fs/cgroup');
  const path = /^0::(.*)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))?.[1];
  if (unified === undefined || path === undefined) throw new Error('this host has no cgroup v2 hierarchy');
  return { id: statSync(join(unified, path)).ino, path };
}

/** Removes the empty cgroup `path` and those below it in every hierarchy; one that is in use stays. */
export function removeCgroup(path: string): void {
  const root = '/sys/fs/cgroup';
  for (const hierarchy of ['.', ...readdirSync(root)]) {
    const directory = join(root, hierarchy, path);
    if (existsSync(directory)) removeEmpty(directory);
  }
}

function removeEmpty(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) removeEmpty(join(directory, entry.name));
  }
  try {
    rmdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EBUSY') throw error;
  }
}
