import { closeSync, openSync } from 'node:fs';
import { refusal } from './failure.ts';
import type { Libraries } from './libraries.ts';

const CLONE_NEWNET = 0x4000_0000;
const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;

/** A netlink socket in the network namespace of a file; it stays in the one that it was made in. */
export function openNetlink(libraries: Libraries, netns: string, protocol: number): number {
  const home = openNamespace('/proc/thread-self/ns/net');
  try {
    const there = openNamespace(netns);
    try {
      return openThere(libraries, { home, there, netns, protocol });
    } finally {
      closeSync(there);
    }
  } finally {
    closeSync(home);
  }
}

function openNamespace(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw refusal(-((error as NodeJS.ErrnoException).errno ?? 0), `network namespace '${path}'`);
  }
}

/** A thread of its own could go there, but none can be made here: this one goes, and comes back before it returns. */
function openThere(
  { c, errno }: Libraries,
  { home, there, netns, protocol }: { home: number; there: number; netns: string; protocol: number },
): number {
  const refuse = () => refusal(errno(), `network namespace '${netns}'`);
  if (c.setns(there, CLONE_NEWNET) !== 0) throw refuse();
  const socket = c.socket(AF_NETLINK, SOCK_RAW + SOCK_CLOEXEC, protocol);
  const failure = socket < 0 ? refuse() : undefined;
  if (c.setns(home, CLONE_NEWNET) !== 0) {
    // Everything that the probe opens from here on would be in another's network.
    process.stderr.write('system-probe: the way back to its own network namespace is closed\n');
    process.abort();
  }
  if (failure !== undefined) throw failure;
  return socket;
}
