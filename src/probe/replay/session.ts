import { createReadStream, type ReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { SysprobeError } from '../../lib/errors.ts';
import { MessageReader } from '../../wire/cbor.ts';
import type { Message } from '../../wire/messages.ts';
import { StreamReader } from '../../wire/stream-reader.ts';

/** What a session is, found by reading all of it. Times are nanoseconds since the Unix epoch. */
export interface Session {
  path: string;
  /** Of the probe, when the recording began. */
  status: Record<string, unknown>;
  bootId: string;
  startNs: bigint;
  endNs: bigint;
  events: number;
  /** Events that the recorder could not be told. */
  lost: number;
  /** The file ends in the middle of an item: the recording was cut off. */
  cutOff: boolean;
}

/** What came at one time. */
export interface Moment {
  atNs: bigint;
  messages: Message[];
}

/** Throws SP_FILE_UNUSABLE when it cannot be read or is no session, and SP_WIRE_INVALID when it is damaged. */
export async function survey(path: string): Promise<Session> {
  let session: Session | undefined;
  const source = new SessionSource(path);
  const reader = new StreamReader();
  try {
    for await (const { atNs, messages } of source.moments()) {
      for (const message of messages) {
        if (message.type === 'session') session ??= begin(path, message);
        if (session === undefined) throw notASession(path);
        reader.read(message);
        count(session, message);
        session.endNs = atNs;
      }
    }
  } catch (cause) {
    if (!(cause instanceof SysprobeError) || cause.code !== 'SP_WIRE_INVALID') throw cause;
    if (session === undefined) throw notASession(path, cause);
    const damage = `${path} is damaged behind ${session.events} events: ${cause.message}`;
    throw new SysprobeError('SP_WIRE_INVALID', damage, { cause });
  }
  if (session === undefined) throw notASession(path);
  return { ...session, cutOff: source.cutOff };
}

function count(session: Session, message: Message): void {
  if (message.type === 'hello') session.bootId = message.bootId;
  else if (message.type === 'events') session.events += message.events.length;
  else if (message.type === 'lost') session.lost += message.lost ?? 0;
}

function begin(path: string, { at, status }: { at: number | bigint; status: string }): Session {
  const startNs = BigInt(at);
  return {
    path,
    status: parseStatus(status),
    bootId: '',
    startNs,
    endNs: startNs,
    events: 0,
    lost: 0,
    cutOff: false,
  };
}

function parseStatus(text: string): Session['status'] {
  try {
    const status = JSON.parse(text);
    if (typeof status === 'object' && status !== null && !Array.isArray(status)) return status;
  } catch {
    // The same as for another value: it is not a status.
  }
  throw new SysprobeError('SP_WIRE_INVALID', 'the status in the session is not a JSON object');
}

/** The messages of a file, compressed or not, by the time at which they came. */
export class SessionSource {
  readonly #path: string;
  #cutOff = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** Known when all was read. */
  get cutOff(): boolean {
    return this.#cutOff;
  }

  async *moments(): AsyncGenerator<Moment> {
    const reader = new MessageReader();
    let atNs = 0n;
    for await (const chunk of this.#chunks()) {
      let messages: Message[] = [];
      for (const message of reader.push(chunk)) {
        if (message.type === 'session' || message.type === 'mark') {
          if (messages.length > 0) yield { atNs, messages };
          messages = [];
          // A clock that was set back does not turn time around.
          if (BigInt(message.at) > atNs) atNs = BigInt(message.at);
        }
        messages.push(message);
      }
      if (messages.length > 0) yield { atNs, messages };
    }
    if (!reader.isBetween) this.#cutOff = true;
  }

  async *#chunks(): AsyncGenerator<Uint8Array> {
    const file = await openFile(this.#path);
    try {
      yield* (await isGzip(this.#path)) ? file.pipe(createGunzip()) : file;
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      // zlib's word for an end in the middle.
      if (code === 'Z_BUF_ERROR') this.#cutOff = true;
      else throw unusable(this.#path, message, cause);
    } finally {
      file.destroy();
    }
  }
}

function openFile(path: string): Promise<ReadStream> {
  const file = createReadStream(path);
  return new Promise((resolve, reject) => {
    file.once('open', () => resolve(file));
    file.once('error', (cause) => reject(unusable(path, cause.message, cause)));
  });
}

/** By its content: a file may have been renamed. */
async function isGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer.readUInt16BE(0) === 0x1f8b;
  } finally {
    await file.close();
  }
}

function notASession(path: string, cause?: SysprobeError): SysprobeError {
  const found = cause === undefined ? '' : ` (${cause.message})`;
  return unusable(path, `it is not a session that sysprobe record wrote${found}`, cause);
}

function unusable(path: string, reason: string, cause?: unknown): SysprobeError {
  return new SysprobeError('SP_FILE_UNUSABLE', `${path} cannot be played: ${reason}`, { cause });
}
