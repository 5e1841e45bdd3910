import { lstat, mkdir, open, rm } from 'node:fs/promises';
import { connect, type Server } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SysprobeError } from '../../lib/errors.ts';

/** sockaddr_un.sun_path holds 108 bytes with its closing zero (unix(7)). */
const MAX_PATH_BYTES = 107;

/** An instance that starts binds and listens within microseconds. */
const RETRY_MS = 100;

/** Longer than anyone who is alive holds the lock. */
const LOCK_MS = 5_000;

/**
 * Makes `server` listen on a socket file with these permission bits, in a folder that is made when it is missing.
 * The file of an instance that is gone is replaced. Throws SP_SOCKET_IN_USE when another instance listens there, also
 * one that starts at the same time, and SP_SOCKET_UNUSABLE when the path cannot be used; it deletes no other file.
 */
export async function bindSocket(server: Server, path: string, mode: number): Promise<void> {
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
    throw unusable(path, `is longer than the ${MAX_PATH_BYTES} bytes that a socket's path may have`);
  }
  try {
    await mkdir(dirname(path), { recursive: true });
    if (await listen(server, path, mode)) return;
    await withLock(path, async () => {
      do await removeStale(path);
      while (!(await listen(server, path, mode)));
    });
  } catch (cause) {
    if (cause instanceof SysprobeError) throw cause;
    throw unusable(path, `cannot be used: ${(cause as Error).message}`, cause);
  }
}

/** False when the path is taken. */
function listen(server: Server, path: string, mode: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const settle = (error?: NodeJS.ErrnoException) => {
      server.off('error', settle).off('listening', settle);
      if (error && error.code !== 'EADDRINUSE') reject(error);
      else resolve(error === undefined);
    };
    server.on('error', settle).on('listening', settle);
    // bind(2) happens inside this call: the file never exists with other permissions.
    const before = process.umask(0o777 & ~mode);
    try {
      server.listen(path);
    } finally {
      process.umask(before);
    }
  });
}

/**
 * Runs `work` in one process at a time: between the look at a file and its removal, no other instance may have put
 * its own socket in its place. The lock of a process that was killed meanwhile expires.
 */
async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`;
  while (!(await createFile(lock))) {
    const stats = await orMissing(lstat(lock));
    // One of the future is of before the clock was set back.
    if (stats && Math.abs(Date.now() - stats.mtimeMs) > LOCK_MS) await rm(lock, { force: true });
    else await pause(LOCK_MS / 100);
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function createFile(path: string): Promise<boolean> {
  try {
    await (await open(path, 'wx')).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function removeStale(path: string): Promise<void> {
  const stats = await orMissing(lstat(path));
  if (stats && !stats.isSocket()) {
    throw unusable(path, 'is not a socket; move it away or give another path');
  }
  // An instance that is about to listen refuses connections too, but not for long.
  for (const wait of [RETRY_MS, 0]) {
    if (await answers(path)) {
      throw new SysprobeError('SP_SOCKET_IN_USE', `another system-probe listens on ${path}`, {
        operation: 'bind',
      });
    }
    await pause(wait);
  }
  await rm(path, { force: true });
}

/** Whether a process listens there. One that is too busy to accept (EAGAIN) does. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EAGAIN') resolve(true);
      else if (error.code === 'ECONNREFUSED' || isMissing(error)) resolve(false);
      else reject(error);
    });
  });
}

async function orMissing<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

function unusable(path: string, what: string, cause?: unknown): SysprobeError {
  return new SysprobeError('SP_SOCKET_UNUSABLE', `the socket path ${path} ${what}`, {
    operation: 'bind',
    cause,
  });
}
