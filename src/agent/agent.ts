import type { AgentConfig } from '../lib/config/load.ts';
import { type HttpServer, serve } from './http-server.ts';
import { createPipeline, type PipelineConfig, type PipelineOptions } from './pipeline.ts';

export interface AgentOptions extends PipelineOptions {
  config: PipelineConfig & Pick<AgentConfig, 'listenPort' | 'healthPort'>;
}

export interface Agent {
  /** Where it is served. */
  url: string;
  stop(): Promise<void>;
}

/** Starts to serve and to read the probe. Throws SP_PORT_IN_USE. */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const { listenHost: host, listenPort: port, healthPort } = options.config;
  const pipeline = createPipeline(options);
  const server = await serve(pipeline.app.fetch, {
    host,
    port,
    flag: '--listen-port',
    maxConnections: 512,
  });
  const health = await serveHealth(pipeline.health.fetch, healthPort).catch(async (error) => {
    await server.stop();
    throw error;
  });
  pipeline.start();
  return {
    url: server.url,
    stop: async () => {
      await Promise.all([server.stop(() => pipeline.stop()), health?.stop()]);
    },
  };
}

/** The kubelet asks from the node's address, whatever address the page is served on. */
async function serveHealth(
  fetch: Parameters<typeof serve>[0],
  port: number,
): Promise<HttpServer | undefined> {
  return port === 0 ? undefined : serve(fetch, { port, flag: '--health-port', maxConnections: 16 });
}
