import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { decode } from '../../lib/protobuf.ts';
import { PARTIAL_SUCCESS, type Signal } from './messages.ts';

export interface Receiver {
  /** `/v1/metrics` and `/v1/logs` come behind it. */
  endpoint: string;
  protocol: 'http/protobuf' | 'http/json';
  headers: ReadonlyMap<string, string>;
  compression: 'gzip' | 'none';
  /** PEM; undefined = those that Node.js trusts. */
  ca: string | undefined;
  timeoutMs: number;
}

export type Outcome =
  /** `rejected` of what was sent was of no use to the receiver; `warning` is what it says to it. */
  | { kind: 'taken'; rejected: number; warning: string | undefined }
  /** It would refuse it again. */
  | { kind: 'refused'; error: string }
  | { kind: 'failed'; error: string; retryAfterMs?: number | undefined };

/** By the specification of OTLP; all others are final. */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const MAX_ANSWER_BYTES = 64 * 1024;
/** A receiver that asks for more is tried sooner. */
const LONGEST_RETRY_AFTER_MS = 300_000;

const gzipped = promisify(gzip);

/** Posts one request. Never throws. */
export async function transmit(
  body: Uint8Array,
  { receiver, signal }: { receiver: Receiver; signal: Signal },
  abort: AbortSignal,
): Promise<Outcome> {
  try {
    const { status, headers, answer } = await post(body, { receiver, signal, abort });
    if (status >= 200 && status < 300) return taken(answer, receiver.protocol);
    const error = `${urlOf(receiver, signal)} answered ${status}${reasonOf(answer)}`;
    if (!RETRYABLE.has(status)) return { kind: 'refused', error };
    return { kind: 'failed', error, retryAfterMs: retryAfter(headers['retry-after'], Date.now()) };
  } catch (cause) {
    const error = `${urlOf(receiver, signal)}: ${explain(cause as NodeJS.ErrnoException)}`;
    return { kind: 'failed', error };
  }
}

/** Seconds or a date, in milliseconds from now. */
export function retryAfter(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const wait = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return wait > 0 ? Math.min(wait, LONGEST_RETRY_AFTER_MS) : undefined;
}

interface Answer {
  status: number;
  headers: { 'retry-after'?: string | undefined };
  answer: Buffer;
}

async function post(
  body: Uint8Array,
  { receiver, signal, abort }: { receiver: Receiver; signal: Signal; abort: AbortSignal },
): Promise<Answer> {
  const { protocol, compression, timeoutMs, ca } = receiver;
  const sent = compression === 'gzip' ? await gzipped(body) : body;
  const url = new URL(urlOf(receiver, signal));
  const headers = {
    ...Object.fromEntries(receiver.headers),
    'content-type': protocol === 'http/json' ? 'application/json' : 'application/x-protobuf',
    'content-length': sent.length,
    ...(compression === 'gzip' && { 'content-encoding': 'gzip' }),
  };
  const timeout = AbortSignal.timeout(timeoutMs);
  const options = { method: 'POST', headers, signal: AbortSignal.any([abort, timeout]), ...(ca && { ca }) };
  return new Promise<Answer>((resolve, reject) => {
    const fail = (error: Error) =>
      reject(timeout.aborted ? new Error(`no answer within ${timeoutMs / 1000} s`) : error);
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, options, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        if (size < MAX_ANSWER_BYTES) chunks.push(chunk);
        size += chunk.length;
      });
      response.on('error', fail);
      response.on('end', () => {
        const answer = Buffer.concat(chunks);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, answer });
      });
    });
    request.on('error', fail);
    request.end(sent);
  });
}

/** What the receiver took, as far as it says so: an answer that cannot be read is a success without words. */
function taken(answer: Buffer, protocol: Receiver['protocol']): Outcome {
  const { rejected, errorMessage } = partialSuccess(answer, protocol);
  return { kind: 'taken', rejected: rejected ?? 0, warning: errorMessage || undefined };
}

function partialSuccess(
  answer: Buffer,
  protocol: Receiver['protocol'],
): { rejected?: number; errorMessage?: string } {
  try {
    if (protocol === 'http/protobuf') {
      const { partialSuccess = {} } = decode(answer, PARTIAL_SUCCESS);
      return partialSuccess as { rejected?: number; errorMessage?: string };
    }
    const { partialSuccess = {} } = JSON.parse(answer.toString()) ?? {};
    const rejected = Number(partialSuccess.rejectedDataPoints ?? partialSuccess.rejectedLogRecords) || 0;
    return { rejected: Math.max(rejected, 0), errorMessage: String(partialSuccess.errorMessage ?? '') };
  } catch {
    return {};
  }
}

function urlOf({ endpoint }: Receiver, signal: Signal): string {
  return `${endpoint.replace(/\/+$/, '')}/v1/${signal}`;
}

function reasonOf(answer: Buffer): string {
  const text = answer
    .toString()
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, 200);
  return text === '' ? '' : `: ${text}`;
}

function explain({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ECONNREFUSED':
      return 'nothing listens there; start the receiver, or give another otlpEndpoint';
    case 'ENOTFOUND':
      return 'there is no such host; give another otlpEndpoint';
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return `nobody who is trusted vouches for its certificate (${code}); give otlpCaFile`;
    default:
      return message;
  }
}
