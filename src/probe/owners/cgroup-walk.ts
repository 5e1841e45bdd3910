import { readdirSync, statSync } from 'node:fs';

/**
 * Visits the directories of a cgroup hierarchy from its root down, whose path is "/"; the id of a cgroup is the inode
 * of its directory. Visits no more than `max`, and is false when there are more.
 */
export function walkCgroups(
  root: string,
  { max, found }: { max: number; found: (id: number, path: string) => void },
): boolean {
  const pending = ['/'];
  let visited = 0;
  // Breadth first, the array growing as it is walked: a walk that must end early has seen the shallow cgroups.
  for (const path of pending) {
    if (visited++ === max) return false;
    const directory = root + (path === '/' ? '' : path);
    const stat = statSync(directory, { throwIfNoEntry: false });
    if (stat === undefined) continue;
    found(stat.ino, path);
    // Two links are the directory and its own ".": no cgroup below, and reading its 40 files costs more than the rest.
    if (stat.nlink === 2) continue;
    for (const name of childDirectories(directory))
      pending.push(path === '/' ? `/${name}` : `${path}/${name}`);
  }
  return true;
}

/** Whether the cgroup at `path` is the one with this id. */
export function isCgroupAt(root: string, { id, path }: { id: number; path: string }): boolean {
  if (!path.startsWith('/') || path.startsWith('/..')) return false;
  return statSync(root + path, { throwIfNoEntry: false })?.ino === id;
}

function childDirectories(directory: string): string[] {
  try {
    const entries = readdirSync(directory, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch (error) {
    // The cgroup was removed since its stat.
    if (isGone(error)) return [];
    throw error;
  }
}

function isGone(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENODEV';
}
