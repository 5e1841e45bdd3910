import { type ServerResponse, STATUS_CODES } from 'node:http';
import { type ErrorCode, SysprobeError } from '../../lib/errors.ts';

const STATUS: Partial<Record<ErrorCode, number>> = {
  SP_QUERY_INVALID: 400,
  SP_PEER_REFUSED: 403,
  SP_NOT_FOUND: 404,
  SP_METHOD_NOT_ALLOWED: 405,
  SP_NOT_ACCEPTABLE: 406,
  SP_TOO_MANY_READERS: 503,
};

export function statusOf(error: unknown): number {
  return (error instanceof SysprobeError && STATUS[error.code]) || 500;
}

/** `{ "error": { "code", "message", "parameter"?, "allowed"? } }` */
export function errorBody(error: unknown): string {
  const { code, message, parameter, allowed } =
    error instanceof SysprobeError && STATUS[error.code]
      ? error
      : new SysprobeError('SP_INTERNAL', 'the probe failed to answer; its log says why');
  return `${JSON.stringify({ error: { code, message, parameter, allowed } })}\n`;
}

/** A whole answer for a socket whose request never became one. */
export function rawError(status: number, error: SysprobeError): string {
  const body = `${JSON.stringify({ error: { code: error.code, message: error.message } })}\n`;
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}

/**
 * Writes and waits until the client has room for more, so that no more than one chunk is held for it; false when it
 * is gone. With `patienceMs` a client that takes nothing for so long is disconnected.
 */
export async function send(
  response: ServerResponse,
  chunk: string | Uint8Array,
  patienceMs?: number,
): Promise<boolean> {
  if (response.destroyed || response.socket?.destroyed) return false;
  if (response.write(chunk)) return true;
  const timer = patienceMs === undefined ? undefined : setTimeout(() => response.destroy(), patienceMs);
  await new Promise<void>((resolve) => {
    const settle = () => {
      clearTimeout(timer);
      response.off('drain', settle).off('close', settle);
      resolve();
    };
    response.on('drain', settle).on('close', settle);
  });
  return !response.destroyed;
}
