import type { AgentConfig } from '../lib/config/load.ts';
import { SysprobeError } from '../lib/errors.ts';
import { isLoopback } from '../query/host.ts';
import { readToken, withToken } from '../query/token.ts';
import { type HttpServer, serve } from './http-server.ts';
import { createPipeline, type Pipeline, type PipelineConfig, type PipelineOptions } from './pipeline.ts';

export interface AgentOptions extends PipelineOptions {
  config: PipelineConfig & Pick<AgentConfig, 'listenPort' | 'healthPort' | 'tokenFile'>;
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
  const server = await serve(guarded(pipeline.app.fetch, options), {
    host,
    port,
    flag: '--listen-port',
    maxConnections: 512,
  });
  const health = await serveHealth(pipeline.health.fetch, healthPort).catch(async (error) => {
    await server.stop();
    throw error;
  });
  await pipeline.start();
  return {
    url: server.url,
    stop: async () => {
      await Promise.all([server.stop(() => pipeline.stop()), health?.stop()]);
    },
  };
}

/** Who can reach an address that is not loopback is asked for the token. Throws SP_CONFIG_INVALID. */
function guarded(fetch: Pipeline['app']['fetch'], { config, log }: AgentOptions): typeof fetch {
  const { listenHost, tokenFile } = config;
  if (tokenFile !== undefined) {
    readToken(tokenFile);
    return withToken(fetch, {
      path: tokenFile,
      log: (error) => log.error({ err: error }, 'the token cannot be read'),
    });
  }
  if (isLoopback(listenHost)) return fetch;
  throw new SysprobeError(
    'SP_CONFIG_INVALID',
    `others can reach ${listenHost}, so requests must carry a token; give its file with --token-file`,
  );
}

/** The kubelet asks from the node's address, whatever address the page is served on. */
async function serveHealth(
  fetch: Parameters<typeof serve>[0],
  port: number,
): Promise<HttpServer | undefined> {
  return port === 0 ? undefined : serve(fetch, { port, flag: '--health-port', maxConnections: 16 });
}
