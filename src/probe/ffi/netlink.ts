import { closeSync, openSync } from 'node:fs';
import { refusal } from './failure.ts';
import type { Libraries } from './libraries.ts';

const CLONE_NEWNET = 0x4000_0000;
const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;

/** A netlink socket in the network namespace of a file; it stays in the one that it was made in. */
export function openNetlink(libraries: Libraries, netns: string, protocol: number): number {
  const files: number[] = [];
  try {
    // A thread of its own could go there, but none can be made here: this one goes, and comes back before it returns.
    for (const path of ['/proc/thread-self/ns/net', netns]) files.push(openSync(path, 'r'));
    const [home = -1, there = -1] = files;
    return openThere(libraries, { home, there, protocol });
  } catch (error) {
    const { errno } = error as NodeJS.ErrnoException;
    throw refusal(Math.abs(errno ?? 0), `network namespace '${netns}'`);
  } finally {
    for (const file of files) closeSync(file);
  }
}

/** Throws something with the errno. */
function openThere(
  { c, errno }: Libraries,
  { home, there, protocol }: { home: number; there: number; protocol: number },
): number {
  if (c.setns(there, CLONE_NEWNET) !== 0) throw { errno: errno() };
  const socket = c.socket(AF_NETLINK, SOCK_RAW + SOCK_CLOEXEC, protocol);
  const failure = socket < 0 ? { errno: errno() } : undefined;
  if (c.setns(home, CLONE_NEWNET) !== 0) {
    // Everything that the probe opens from here on would be in another's network.
    process.stderr.write('system-probe: the way back to the own network namespace is closed\n');
    process.abort();
  }
  if (failure !== undefined) throw failure;
  return socket;
}
