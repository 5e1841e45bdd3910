import { readFileSync } from 'node:fs';
import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';
import { type ErrorCode, SysprobeError } from '../lib/errors.ts';

export const DEFAULT_SOCKET = '/var/run/sysprobe/sysprobe.sock';

/** How long a server may take to begin its answer, and a list to go on. */
const PATIENCE_MS = 10_000;
const MAX_ERROR_BYTES = 64 * 1024;

/** Where the answers come from: the probe on its Unix socket, or an agent at a URL. */
export type Server =
  | { kind: 'probe'; name: string; socketPath: string }
  | { kind: 'agent'; name: string; url: URL };

/** Takes a path, `unix:PATH`, or a URL of http or https. Throws SP_CONFIG_INVALID. */
export function parseServer(text: string): Server {
  const socketPath = text.replace(/^unix:(\/\/(?=\/))?/, '');
  if (socketPath.startsWith('/')) return { kind: 'probe', name: socketPath, socketPath };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && (url.protocol === 'http:' || url.protocol === 'https:'))
    return { kind: 'agent', name: url.origin, url };
  throw new SysprobeError(
    'SP_CONFIG_INVALID',
    `${JSON.stringify(text)} is not a server: give a socket's absolute path, unix:PATH, or an http(s):// URL`,
  );
}

export interface Query {
  /** Behind the version, e.g. `flows`. */
  path: string;
  params?: [string, string][];
  accept?: 'application/json' | 'application/x-ndjson' | 'application/cbor-seq';
  /** An answer that never ends: silence is no failure. */
  follow?: boolean;
}

/**
 * Sends a query and resolves with the answer, its body unread, when the server accepts it. Throws
 * SP_SERVER_UNREACHABLE when nothing answers, or the error that the server gives.
 */
export async function ask(server: Server, query: Query): Promise<IncomingMessage> {
  const answer = await send(server, query);
  if (answer.statusCode === 200) return answer;
  throw await refusal(server, answer);
}

export async function askJson(server: Server, query: Query): Promise<unknown> {
  return readJson(server, await ask(server, query));
}

export async function readJson(server: Server, answer: IncomingMessage): Promise<unknown> {
  const body = await text(bodyOf(server, answer));
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new SysprobeError('SP_WIRE_INVALID', `${server.name} did not answer in JSON: is it sysprobe's?`, {
      cause,
    });
  }
}

/** The chunks of an answer. Throws SP_SERVER_UNREACHABLE when it is cut off. */
export async function* bodyOf(server: Server, answer: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    yield* answer;
  } catch (cause) {
    throw unreachable(server, 'the connection broke before the answer was whole', cause);
  }
}

function send(server: Server, { path, params = [], accept = 'application/json', follow }: Query) {
  const search = params.length === 0 ? '' : `?${new URLSearchParams(params)}`;
  const headers = { accept, ...(server.kind === 'agent' && authorization(process.env.SYSPROBE_TOKEN_FILE)) };
  const options: RequestOptions = { headers, agent: false };
  return new Promise<IncomingMessage>((resolve, reject) => {
    const request =
      server.kind === 'probe'
        ? requestHttp({ ...options, socketPath: server.socketPath, path: `/v1/${path}${search}` })
        : requestOf(server.url)(new URL(`/api/v1/${path}${search}`, server.url), options);
    request.setTimeout(PATIENCE_MS, () => {
      request.destroy(unreachable(server, `gave no answer in ${PATIENCE_MS / 1000} s`));
    });
    request.on('error', (cause: NodeJS.ErrnoException) => {
      reject(cause instanceof SysprobeError ? cause : unreachable(server, reason(server, cause), cause));
    });
    request.on('response', (answer) => {
      if (follow) request.setTimeout(0);
      resolve(answer);
    });
    request.end();
  });
}

/** What an agent asks for that others can reach. */
function authorization(tokenFile: string | undefined): { authorization?: string } {
  if (tokenFile === undefined || tokenFile === '') return {};
  try {
    return { authorization: `Bearer ${readFileSync(tokenFile, 'utf8').trim()}` };
  } catch (cause) {
    const message = `SYSPROBE_TOKEN_FILE: the token cannot be read: ${(cause as Error).message}`;
    throw new SysprobeError('SP_CONFIG_INVALID', message, { cause });
  }
}

function requestOf(url: URL): typeof requestHttp {
  return url.protocol === 'https:' ? requestHttps : requestHttp;
}

function unreachable(server: Server, why: string, cause?: unknown): SysprobeError {
  return new SysprobeError('SP_SERVER_UNREACHABLE', `${server.name}: ${why}`, { cause });
}

function reason(server: Server, { code, message }: NodeJS.ErrnoException): string {
  if (code === 'ECONNRESET') return 'the connection broke before there was an answer';
  if (server.kind === 'probe') {
    if (code === 'ENOENT')
      return 'no such socket: is system-probe running? Another path is given by --socket';
    if (code === 'ECONNREFUSED') return 'nothing listens on this socket any more: start system-probe again';
    if (code === 'EACCES') return 'no permission: run as root or as a member of the group of the socket';
  } else if (code === 'ECONNREFUSED') {
    return 'nothing listens there: is node-agent running? Another URL is given by --server';
  }
  return message;
}

async function refusal(server: Server, answer: IncomingMessage): Promise<SysprobeError> {
  let body = '';
  answer.setEncoding('utf8');
  for await (const chunk of answer) {
    body += chunk;
    if (body.length > MAX_ERROR_BYTES) break;
  }
  const { error } = parseError(body);
  if (error?.code === 'SP_UNAUTHORIZED') {
    const message = `${server.name}: the token is missing or wrong; name its file in SYSPROBE_TOKEN_FILE`;
    return new SysprobeError('SP_UNAUTHORIZED', message);
  }
  return new SysprobeError(
    error?.code ?? 'SP_SERVER_REFUSED',
    error?.message ?? `${server.name} answered ${answer.statusCode} ${answer.statusMessage ?? ''}`.trimEnd(),
    { ...(error?.parameter === undefined ? {} : { parameter: error.parameter }) },
  );
}

function parseError(body: string): { error?: { code?: ErrorCode; message?: string; parameter?: string } } {
  try {
    return JSON.parse(body) ?? {};
  } catch {
    return {};
  }
}
