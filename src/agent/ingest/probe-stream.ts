import { type IncomingMessage, request } from 'node:http';
import { type ErrorCode, SysprobeError } from '../../lib/errors.ts';
import { MessageReader } from '../../wire/cbor.ts';
import type { Message } from '../../wire/messages.ts';

export interface ProbeRequest {
  socketPath: string;
  /** With its query. */
  path: string;
  /** The answer never ends. */
  follow?: boolean;
  signal: AbortSignal;
}

/** For an answer to begin, and for a list to go on. */
const PATIENCE_MS = 10_000;
const MAX_ERROR_BYTES = 16 * 1024;

/**
 * Asks the probe and yields the messages of the answer, several at once where they came at once, and how many were of a
 * type that this version does not know. Ends with the answer. Throws SP_SERVER_UNREACHABLE, SP_WIRE_INVALID, or the error that the probe gave.
 */
export async function* probeMessages(
  options: ProbeRequest,
): AsyncGenerator<{ messages: Message[]; unknown: number }> {
  const answer = await open(options);
  const reader = new MessageReader();
  try {
    for await (const chunk of answer) {
      const before = reader.unknown;
      const messages = reader.push(chunk);
      const unknown = reader.unknown - before;
      if (messages.length > 0 || unknown > 0) yield { messages, unknown };
    }
  } catch (cause) {
    throw cause instanceof SysprobeError ? cause : unreachable(options.socketPath, cause as Error);
  } finally {
    answer.destroy();
  }
  reader.end();
}

function open({ socketPath, path, follow, signal }: ProbeRequest): Promise<IncomingMessage> {
  const headers = { accept: 'application/cbor-seq', host: 'localhost' };
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, path, headers, signal, agent: false });
    sent.setTimeout(PATIENCE_MS, () => {
      sent.destroy(
        new SysprobeError('SP_SERVER_UNREACHABLE', `${socketPath} gave no answer in ${PATIENCE_MS / 1000} s`),
      );
    });
    sent.on('error', (cause) => {
      reject(cause instanceof SysprobeError ? cause : unreachable(socketPath, cause));
    });
    sent.on('response', (answer) => {
      // Nothing may happen on this node for hours; a list goes on.
      if (follow) sent.setTimeout(0);
      if (answer.statusCode === 200) resolve(answer);
      else refusal(answer).then(reject, reject);
    });
    sent.end();
  });
}

function unreachable(socketPath: string, cause: NodeJS.ErrnoException): SysprobeError {
  const message = `${socketPath}: ${reasonOf(cause)}`;
  return new SysprobeError('SP_SERVER_UNREACHABLE', message, { cause });
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ENOENT':
      return 'there is no socket; start system-probe, or give its path with --socket';
    case 'ECONNREFUSED':
      return 'nobody serves the socket any more; start system-probe again';
    case 'EACCES':
      return 'no permission; run with the group that system-probe gives the socket (socketGid)';
    case 'ECONNRESET':
      return 'system-probe closed the connection';
    default:
      return message;
  }
}

async function refusal(answer: IncomingMessage): Promise<SysprobeError> {
  let body = '';
  for await (const chunk of answer.setEncoding('utf8')) {
    body += chunk;
    if (body.length > MAX_ERROR_BYTES) break;
  }
  const { code, message } = parseError(body);
  return new SysprobeError(
    code ?? 'SP_SERVER_REFUSED',
    message ?? `system-probe answered with status ${answer.statusCode}`,
  );
}

function parseError(body: string): { code?: ErrorCode; message?: string } {
  try {
    return JSON.parse(body)?.error ?? {};
  } catch {
    return {};
  }
}
