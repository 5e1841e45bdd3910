import { copyFileSync, existsSync, mkdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { command } from './command.ts';

const BUSYBOX = ['/bin/busybox', '/usr/bin/busybox'];

/** Makes a root file system of 2 MB out of the machine's own busybox, so that no registry is needed. */
export async function makeRootfs(directory: string): Promise<void> {
  const busybox = BUSYBOX.find((path) => existsSync(path));
  if (busybox === undefined)
    throw new Error('containers are made of busybox; run: apt-get install busybox-static');
  for (const name of ['bin', 'dev', 'etc', 'proc', 'sys', 'tmp']) {
    mkdirSync(join(directory, name), { recursive: true });
  }
  copyFileSync(busybox, join(directory, 'bin/busybox'));
  const applets = await command(busybox, ['--list']);
  for (const applet of applets.split('\n')) {
    if (applet !== 'busybox') symlinkSync('busybox', join(directory, 'bin', applet));
  }
}

/**
 * Waits until the container's first process is the command itself: for a moment after the start it is still runc.
 * False when it has ended instead.
 */
export async function commandRuns(pid: number): Promise<boolean> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const exe = executable(pid);
    if (exe === undefined || exe === '/bin/busybox') return exe !== undefined;
    if (performance.now() > deadline)
      throw new Error(`process ${pid} did not become the container's command`);
    await setTimeout(5);
  }
}

function executable(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return undefined;
  }
}
