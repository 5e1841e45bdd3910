import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { SysprobeError } from '../lib/errors.ts';
import { createPipeline, type PipelineConfig, type PipelineOptions } from './pipeline.ts';

export interface AgentOptions extends PipelineOptions {
  config: PipelineConfig & { listenPort: number };
}

export interface Agent {
  /** Where it is served. */
  url: string;
  stop(): Promise<void>;
}

const MAX_CONNECTIONS = 512;
/** For answers to end when the agent stops. */
const GRACE_MS = 2000;

/** Starts to serve and to read the probe. Throws SP_PORT_IN_USE. */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const { listenHost, listenPort } = options.config;
  const pipeline = createPipeline(options);
  const server = createAdaptorServer({ fetch: pipeline.app.fetch }) as Server;
  server.maxConnections = MAX_CONNECTIONS;
  await listen(server, listenHost, listenPort);
  pipeline.start();
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${listenHost.includes(':') ? `[${listenHost}]` : listenHost}:${port}`,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      await pipeline.stop();
      server.closeIdleConnections();
      const grace = setTimeout(() => server.closeAllConnections(), GRACE_MS);
      await closed;
      clearTimeout(grace);
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(refusal(cause, host, port)));
    server.listen(port, host, resolve);
  });
}

function refusal(cause: NodeJS.ErrnoException, host: string, port: number): SysprobeError {
  if (cause.code === 'EADDRINUSE') {
    const message = `port ${port} of ${host} is taken; stop what listens there, or give another with --listen-port`;
    return new SysprobeError('SP_PORT_IN_USE', message, { operation: 'listen', cause });
  }
  const message = `cannot listen on ${host} port ${port}: ${cause.message}; give others with --listen-host and --listen-port`;
  return new SysprobeError('SP_CONFIG_INVALID', message, { operation: 'listen', cause });
}
