import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { SysprobeError } from '../lib/errors.ts';

export interface ServeOptions {
  /** Undefined = all addresses. */
  host?: string;
  port: number;
  /** The option that another port is given with. */
  flag: string;
  maxConnections: number;
}

export interface HttpServer {
  url: string;
  /** `whileEnding` makes answers end that never would. */
  stop(whileEnding?: () => Promise<void>): Promise<void>;
}

/** For answers to end when the server stops. */
const GRACE_MS = 2000;

/** Throws SP_PORT_IN_USE. */
export async function serve(
  fetch: (request: Request) => Response | Promise<Response>,
  options: ServeOptions,
): Promise<HttpServer> {
  const server = createAdaptorServer({ fetch }) as Server;
  server.maxConnections = options.maxConnections;
  await listen(server, options);
  const { host = '127.0.0.1' } = options;
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    stop: async (whileEnding) => {
      const closed = new Promise((resolve) => server.close(resolve));
      await whileEnding?.();
      server.closeIdleConnections();
      const grace = setTimeout(() => server.closeAllConnections(), GRACE_MS);
      await closed;
      clearTimeout(grace);
    },
  };
}

function listen(server: Server, options: ServeOptions): Promise<void> {
  const { host, port } = options;
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(refusal(cause, options)));
    server.listen({ port, host }, resolve);
  });
}

function refusal(
  cause: NodeJS.ErrnoException,
  { host = 'all addresses', port, flag }: ServeOptions,
): SysprobeError {
  if (cause.code === 'EADDRINUSE') {
    const message = `port ${port} of ${host} is taken; stop what listens there, or give another with ${flag}`;
    return new SysprobeError('SP_PORT_IN_USE', message, { operation: 'listen', cause });
  }
  const message = `cannot listen on ${host} port ${port}: ${cause.message}; give another with ${flag}`;
  return new SysprobeError('SP_CONFIG_INVALID', message, { operation: 'listen', cause });
}
