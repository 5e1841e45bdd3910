import { readdirSync } from 'node:fs';

/** Pids of all processes, in ascending order. Throws when `procRoot` is not there. */
export function listPids(procRoot: string): number[] {
  const pids: number[] = [];
  for (const name of readdirSync(procRoot)) {
    const pid = Number(name);
    if (Number.isInteger(pid) && pid > 0) pids.push(pid);
  }
  return pids.sort((a, b) => a - b);
}

/** What could not be read: the process is gone, or reading it needs CAP_SYS_PTRACE. */
export type Unreadable = 'gone' | 'denied';

/** Runs a read of a /proc entry. Throws only what is neither of the two. */
export function tryRead<T>(read: () => T): { value: T } | { unreadable: Unreadable } {
  try {
    return { value: read() };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'ENOTDIR') return { unreadable: 'gone' };
    if (code === 'EACCES' || code === 'EPERM') return { unreadable: 'denied' };
    throw error;
  }
}
