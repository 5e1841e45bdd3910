import { existsSync, readdirSync, readFileSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { readCgroupMounts } from '../../src/probe/owners/cgroup-mounts.ts';
import { paced } from '../live/pace.ts';

/** Id and path of the cgroup v2 that a process is in. */
export function unifiedCgroup(pid: number): { id: number; path: string } {
  const { unified } = readCgroupMounts('/proc', '/sys/fs/cgroup');
  const path = /^0::(.*)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))?.[1];
  if (unified === undefined || path === undefined) throw new Error('this host has no cgroup v2 hierarchy');
  return { id: statSync(join(unified, path)).ino, path };
}

/** Removes the cgroup `path` and those below it in every hierarchy, as soon as the last process has left them. */
export async function removeCgroup(path: string): Promise<void> {
  const root = '/sys/fs/cgroup';
  const deadline = performance.now() + paced(20_000);
  for (const hierarchy of ['.', ...readdirSync(root)]) {
    const directory = join(root, hierarchy, path);
    while (existsSync(directory) && !removeEmpty(directory)) {
      if (performance.now() > deadline) throw new Error(`${directory} is still in use`);
      await setTimeout(10);
    }
  }
}

/** False when a process is still there. */
function removeEmpty(directory: string): boolean {
  try {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (entry.isDirectory()) removeEmpty(join(directory, entry.name));
    }
    rmdirSync(directory);
    return true;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return true;
    if (isCode(error, 'EBUSY')) return false;
    throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException).code === code;
}
