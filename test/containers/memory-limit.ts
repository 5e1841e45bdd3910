import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCgroupMounts } from '../../src/probe/owners/cgroup-mounts.ts';

/** The shell doubles a text until it has no more memory. */
export const GREEDY = ['sh', '-c', 'x=0123456789abcdef; while :; do x=$x$x; done'] as const;

/** Makes the cgroup `name` whose processes have so much memory together; gives the file that takes their pids. */
export function limitMemory(name: string, bytes: number): string {
  const { unified = '', memory } = readCgroupMounts('/proc', '/sys/fs/cgroup');
  if (memory === undefined) writeFileSync(join(unified, 'cgroup.subtree_control'), '+memory');
  const folder = join(memory ?? unified, name);
  mkdirSync(folder);
  writeFileSync(join(folder, memory === undefined ? 'memory.max' : 'memory.limit_in_bytes'), String(bytes));
  return join(folder, 'cgroup.procs');
}
