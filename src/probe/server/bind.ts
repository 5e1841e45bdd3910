import { randomBytes } from 'node:crypto';
import { link, lstat, mkdir, rename, unlink } from 'node:fs/promises';
import { connect, type Server } from 'node:net';
import { dirname } from 'node:path';
import { SysprobeError } from '../../lib/errors.ts';

/** sockaddr_un.sun_path holds 108 bytes with its closing zero (unix(7)). */
const MAX_PATH_BYTES = 107;

/** Of the pauses between the tries: a process that starts binds and listens within microseconds. */
const RETRY_MS = 100;

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
    while (!(await listen(server, path, mode))) await removeStale(path);
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

/** Removes the socket file of a process that is gone. Two instances may do so at once. */
async function removeStale(path: string): Promise<void> {
  await refuseUnlessStale(path, path);
  // Between the look and the removal another instance may have put its own socket there. A rename takes away exactly
  // one file, which can be looked at again and put back.
  const aside = `${path}.${randomBytes(4).toString('hex')}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  try {
    await refuseUnlessStale(aside, path);
  } catch (error) {
    await link(aside, path);
    throw error;
  } finally {
    await unlink(aside);
  }
}

async function refuseUnlessStale(file: string, path: string): Promise<void> {
  const stats = await lstat(file).catch((error) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (stats && !stats.isSocket()) {
    throw unusable(path, 'is not a socket; move it away or give another path');
  }
  // An instance that is about to listen refuses connections too, but not for long.
  for (const pause of [RETRY_MS, 0]) {
    if (await answers(file)) {
      throw new SysprobeError('SP_SOCKET_IN_USE', `another system-probe listens on ${path}`, {
        operation: 'bind',
      });
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
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

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

function unusable(path: string, what: string, cause?: unknown): SysprobeError {
  return new SysprobeError('SP_SOCKET_UNUSABLE', `the socket path ${path} ${what}`, {
    operation: 'bind',
    cause,
  });
}
