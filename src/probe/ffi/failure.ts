import type { NativeError } from '../native.ts';
import { adviceFor, ENOTSUPP, libbpfErrorName } from './advice.ts';
import type { Libraries } from './libraries.ts';
import type { LogCapture } from './log-capture.ts';

/** A failure below the binding: guarded() adds the operation and libbpf's log, and makes it a NativeError. */
export class Failure extends Error {
  readonly errno: number;
  /** The message says only what was asked; the errno says why it failed. */
  readonly refused: boolean;

  constructor(errno: number, message: string, refused: boolean) {
    super(message);
    this.errno = errno;
    this.refused = refused;
  }
}

/** The caller's mistake; the message is complete. */
export function misuse(errno: number, message: string): Failure {
  return new Failure(errno, message, false);
}

/** The kernel or libbpf said no to what the message names. */
export function refusal(errno: number, message: string): Failure {
  return new Failure(errno, message, true);
}

export interface Context {
  libraries: Libraries;
  log: LogCapture;
}

/** Runs one call of the binding: everything that fails in it is thrown as a NativeError. */
export function guarded<T>({ libraries }: Context, operation: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw error instanceof Failure ? nativeError(libraries, { operation, failure: error, log: '' }) : error;
  }
}

/** The same for a call of which libbpf may have something to say. */
export function guardedWithLog<T>({ libraries, log }: Context, operation: string, body: () => T): T {
  log.begin();
  try {
    return body();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw nativeError(libraries, { operation, failure: error, log: log.text() });
  } finally {
    log.end();
  }
}

export function nativeError(
  libraries: Libraries,
  { operation, failure, log }: { operation: string; failure: Failure; log: string },
): NativeError {
  const { errno } = failure;
  const code = nameOf(libraries, errno);
  return Object.assign(new Error(describe(libraries, operation, failure)), { code, errno, operation, log });
}

function describe(libraries: Libraries, operation: string, { errno, refused, message }: Failure): string {
  if (!refused) return `${operation}: ${message}`;
  const advice = adviceFor(operation, errno);
  const said = `${operation}: ${message}: ${nameOf(libraries, errno)} (${reasonOf(libraries, errno)})`;
  return advice === undefined ? said : `${said}; ${advice}`;
}

function nameOf({ c, textAt }: Libraries, errno: number): string {
  if (errno === ENOTSUPP) return 'ENOTSUPP';
  const ofLibbpf = libbpfErrorName(errno);
  if (ofLibbpf !== undefined) return ofLibbpf;
  const name = c.strerrorname_np(errno);
  return name === 0 ? String(errno) : textAt(name);
}

function reasonOf({ bpf, memory }: Libraries, errno: number): string {
  const reason = memory.allocate(128);
  bpf.libbpf_strerror(errno, reason, reason.bytes.length);
  return reason.bytes.toString('utf8', 0, reason.bytes.indexOf(0));
}
