// Programs of another architecture on this machine, by qemu's user mode.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { arch as machineArch } from 'node:process';
import { run } from './setup.mjs';

const folder = '/proc/sys/fs/binfmt_misc';
const names = { x64: 'x86_64', arm64: 'aarch64' };

/** Does `work` while the kernel starts programs of `architecture`; what this changes of the machine, it changes back. */
export function withEmulation(architecture, work) {
  const name = `qemu-${names[architecture]}`;
  if (architecture === machineArch || existsSync(join(folder, name))) return work();
  const wasMounted = existsSync(join(folder, 'register'));
  if (!wasMounted) run('mount', ['-t', 'binfmt_misc', 'binfmt_misc', folder]);
  try {
    writeFileSync(join(folder, 'register'), readFileSync(`/usr/lib/binfmt.d/${name}.conf`));
    return work();
  } finally {
    if (existsSync(join(folder, name))) writeFileSync(join(folder, name), '-1');
    if (!wasMounted) run('umount', [folder]);
  }
}
