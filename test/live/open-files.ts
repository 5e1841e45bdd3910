import { readdirSync } from 'node:fs';

/** What `read` gives of each file that a process has open; those that it closes meanwhile are left out. */
export function ofOpenFiles<T>(pid: number, read: (fd: string) => T): T[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [read(fd)];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return [];
    }
  });
}
