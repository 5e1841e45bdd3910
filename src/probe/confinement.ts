import { readdirSync, readlinkSync } from 'node:fs';
import type { Logger } from '../lib/log.ts';
import type { Native } from './native.ts';

/**
 * Node.js makes rings for input and output (io_uring) before the first line of a program runs, with libuv 1.50 and newer
 * whatever the environment says. What is asked for by a ring passes no seccomp filter, so the program starts again without.
 */
export function leaveRings(native: Native, log: Logger): void {
  if (!holdsRing()) return;
  try {
    native.restartWithoutRings([process.execPath, ...process.execArgv, ...process.argv.slice(1)]);
  } catch (error) {
    log.warn(
      { err: error },
      'the probe keeps a ring for input and output, which its confinement does not reach',
    );
  }
}

/** What is open stays open; from here on nothing new is needed that a break-in could use. */
export function confine(native: Native, log: Logger): void {
  try {
    native.confine();
  } catch (error) {
    log.warn({ err: error }, 'the probe goes on with all the system calls that it may use');
  }
}

function holdsRing(): boolean {
  return readdirSync('/proc/self/fd').some((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === 'anon_inode:[io_uring]';
    } catch {
      // The folder's own, which is closed again.
      return false;
    }
  });
}
