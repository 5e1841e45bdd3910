// node:http rather than hono: three paths need no router, streams need the socket's own backpressure, and a package
// that the process with the capabilities does not load cannot be turned against it.
import { chown } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { SysprobeError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import { errorBody, rawError, statusOf } from './answer.ts';
import { bindSocket } from './bind.ts';
import { Endpoints } from './endpoints.ts';
import type { EventLog } from './event-log.ts';
import type { PeerRule } from './peer.ts';
import type { ProbeView } from './probe-view.ts';

export interface ServerOptions {
  socketPath: string;
  /** Permission bits of the socket file: who may write to it may read every flow. */
  mode: number;
  /** Group of the socket file; that of the process when not given. */
  gid?: number;
  /** Who may read of those that the socket file lets in; all of them when not given. */
  mayRead?: PeerRule;
  log: Logger;
  view: ProbeView;
  events: EventLog;
  limits?: Partial<Limits>;
}

export interface Limits {
  /** Connections that are answered; half as many again are told so, more are closed at once. */
  connections: number;
  followers: number;
  lists: number;
  /** For a whole request to arrive. */
  requestMs: number;
  /** For the client of a list to read the next piece. */
  patienceMs: number;
  /** For streams to end when the server closes. */
  graceMs: number;
}

const LIMITS: Limits = {
  connections: 256,
  followers: 64,
  lists: 4,
  requestMs: 10_000,
  patienceMs: 10_000,
  graceMs: 2_000,
};

const MAX_HEADER_BYTES = 16 * 1024;

/**
 * Serves the probe over HTTP/1.1 on a Unix socket. Throws SP_SOCKET_IN_USE and SP_SOCKET_UNUSABLE.
 * `close()` ends the streams between two items, removes the socket file and resolves when all clients are gone.
 */
export async function startServer(options: ServerOptions): Promise<{ close(): Promise<void> }> {
  const limits = { ...LIMITS, ...options.limits };
  const server = new ProbeServer(options, limits);
  await bindSocket(server.http, options.socketPath, options.mode);
  try {
    if (options.gid !== undefined) await chown(options.socketPath, -1, options.gid);
  } catch (cause) {
    await server.close();
    const what = `the socket ${options.socketPath} cannot be given to group ${options.gid}`;
    throw new SysprobeError('SP_SOCKET_UNUSABLE', what, { operation: 'chown', cause });
  }
  server.http.on('error', (error) =>
    options.log.error({ err: error }, 'the socket failed to accept a client'),
  );
  return server;
}

class ProbeServer {
  readonly http: Server;
  readonly #log: Logger;
  readonly #events: EventLog;
  readonly #limits: Limits;
  readonly #endpoints: Endpoints;
  readonly #answers = new Map<string, { path: string; status: string; count: number }>();
  /** Sockets over the limit: they are told so when they ask. */
  readonly #excess = new WeakSet<Socket>();
  readonly #refused = new WeakSet<Socket>();
  readonly #mayRead: PeerRule;
  readonly #answering = new WeakSet<Socket>();
  #connections = 0;
  #closing = false;

  constructor({ log, view, events, mayRead = () => true }: ServerOptions, limits: Limits) {
    this.#log = log;
    this.#mayRead = mayRead;
    this.#events = events;
    this.#limits = limits;
    this.#endpoints = new Endpoints({
      view,
      events,
      maxFollowers: limits.followers,
      maxLists: limits.lists,
      patienceMs: limits.patienceMs,
      answers: () => [...this.#answers.values()],
    });
    this.http = createServer({
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: limits.requestMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: Math.min(1000, limits.requestMs),
    });
    this.http.maxConnections = Math.ceil(limits.connections * 1.5);
    this.http.on('drop', () => this.#count('other', 503));
    this.http.on('connection', (socket: Socket) => this.#admit(socket));
    this.http.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) =>
      this.#refuse(error, socket),
    );
    this.http.on('request', (request, response) => this.#answer(request, response));
  }

  async close(): Promise<void> {
    this.#closing = true;
    const closed = new Promise<void>((resolve) => this.http.close(() => resolve()));
    for (const reader of this.#events.readers) reader.finish();
    const timer = setTimeout(() => this.http.closeAllConnections(), this.#limits.graceMs);
    await closed;
    clearTimeout(timer);
  }

  #admit(socket: Socket): void {
    this.#connections++;
    if (!this.#mayRead(socket)) this.#refused.add(socket);
    if (this.#connections > this.#limits.connections) this.#excess.add(socket);
    socket.once('close', () => {
      this.#connections--;
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request;
    // A second request before the answer to the first (pipelining): its answer would have to wait for the first,
    // which may be a stream that never ends.
    if (this.#answering.has(socket)) {
      socket.destroy();
      return;
    }
    this.#answering.add(socket);
    response.once('close', () => {
      this.#answering.delete(socket);
      if (this.#closing) socket.destroySoon();
    });
    response.on('error', (error) => this.#log.debug({ err: error }, 'client went away'));

    let path = 'other';
    try {
      if (this.#refused.has(socket)) {
        throw new SysprobeError(
          'SP_PEER_REFUSED',
          'this user may not read the probe; its id is not among those of --allowed-uids',
        );
      }
      if (this.#excess.has(socket)) {
        throw new SysprobeError(
          'SP_TOO_MANY_READERS',
          `${this.#limits.connections} clients are connected, which is the limit; close some`,
        );
      }
      const url = parseTarget(request);
      const endpoint = this.#endpoints.paths.get(url.pathname);
      if (!endpoint) {
        const allowed = [...this.#endpoints.paths.keys()];
        throw new SysprobeError(
          'SP_NOT_FOUND',
          `there is no ${url.pathname}; there are ${allowed.join(', ')}`,
          { allowed },
        );
      }
      path = url.pathname;
      refuseOtherThanGet(request);
      await endpoint({ params: url.searchParams, request, response });
    } catch (error) {
      this.#answerError(error, response);
    } finally {
      this.#count(path, response.statusCode);
    }
  }

  #answerError(error: unknown, response: ServerResponse): void {
    const status = statusOf(error);
    if (status === 500) this.#log.error({ err: error }, 'a request failed');
    if (response.headersSent) {
      response.destroy();
      return;
    }
    // Closing also ends a request whose body never ends.
    const body = errorBody(error);
    response.writeHead(status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      connection: 'close',
      ...(status === 405 && { allow: 'GET' }),
      ...(status === 503 && { 'retry-after': '1' }),
    });
    response.end(body);
  }

  /** What never became a request: no HTTP, too large, or too slow. */
  #refuse(error: NodeJS.ErrnoException, socket: Socket): void {
    // Behind a request that is being answered there is no place for another answer.
    if (this.#answering.has(socket) || !socket.writable || error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    const [status, message] = explain(error, this.#limits.requestMs);
    this.#count('other', status);
    socket.write(rawError(status, new SysprobeError('SP_QUERY_INVALID', message)));
    socket.destroySoon();
  }

  #count(path: string, code: number): void {
    const status = String(code);
    const key = `${path} ${status}`;
    const counted = this.#answers.get(key);
    if (counted) counted.count++;
    else this.#answers.set(key, { path, status, count: 1 });
  }
}

function parseTarget({ url = '' }: IncomingMessage): URL {
  if (url.startsWith('/') && URL.canParse(url, 'http://probe')) return new URL(url, 'http://probe');
  throw new SysprobeError('SP_QUERY_INVALID', 'the request target is not a path');
}

function refuseOtherThanGet({ method, headers }: IncomingMessage): void {
  if (method !== 'GET') {
    throw new SysprobeError(
      'SP_METHOD_NOT_ALLOWED',
      `${method} is not allowed; everything is read with GET`,
      { allowed: ['GET'] },
    );
  }
  if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0) {
    throw new SysprobeError('SP_QUERY_INVALID', 'a request has no body here; filters are query parameters');
  }
}

function explain(
  { code, message }: NodeJS.ErrnoException,
  requestMs: number,
): [status: number, message: string] {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return [431, `the request line and headers are longer than ${MAX_HEADER_BYTES} bytes`];
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return [408, `the request did not arrive whole within ${requestMs / 1000} s`];
    default:
      return [400, `this is not HTTP/1.1: ${message}`];
  }
}
