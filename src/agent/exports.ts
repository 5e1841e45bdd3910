import { readFileSync } from 'node:fs';
import { HOST_LABELS, KUBERNETES_LABELS } from '../export/labels.ts';
import { Meters } from '../export/meters.ts';
import { OtlpLogs } from '../export/otlp/logs-sink.ts';
import { OtlpMetrics } from '../export/otlp/metrics-sink.ts';
import { resourceOf } from '../export/otlp/resource.ts';
import type { Receiver } from '../export/otlp/transmit.ts';
import type { Sink } from '../export/sink.ts';
import type { AgentConfig } from '../lib/config/load.ts';
import { SysprobeError } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { type KubernetesConfig, nodeName } from './kubernetes/source.ts';
import type { NodeTables } from './node-tables.ts';

export type ExportConfig = KubernetesConfig &
  Pick<
    AgentConfig,
    | 'tags'
    | 'metricsLabels'
    | 'metricsMaxSeries'
    | 'metricsIdleSeconds'
    | 'otlpEndpoint'
    | 'otlpProtocol'
    | 'otlpHeaders'
    | 'otlpCompression'
    | 'otlpCaFile'
    | 'otlpTimeoutMs'
    | 'otlpIntervalMs'
    | 'otlpLogs'
  >;

interface Surroundings {
  config: ExportConfig;
  log: Logger;
  now: () => number;
  random: () => number;
  inKubernetes: boolean;
}

export function metersOf({ config, now, inKubernetes }: Surroundings): Meters {
  const { metricsLabels, metricsMaxSeries, metricsIdleSeconds, podLabelsAsTags, tags } = config;
  const labels = metricsLabels ?? (inKubernetes ? KUBERNETES_LABELS : HOST_LABELS);
  return new Meters({
    choice: { labels, podTags: [...podLabelsAsTags.values()] },
    limits: { max: metricsMaxSeries, idleMs: metricsIdleSeconds * 1000 },
    tags,
    nowMs: now(),
  });
}

/** What is sent somewhere. Throws SP_CONFIG_INVALID. */
export function sinksOf(
  { config, log, now, random, inKubernetes }: Surroundings,
  { meters, tables, run }: { meters: Meters; tables: NodeTables; run: string },
): Sink[] {
  const receiver = receiverOf(config);
  if (receiver === undefined) return [];
  const node = nodeName(config);
  const resource = resourceOf({ node, inKubernetes, run, tags: config.tags });
  const shared = { receiver, resource, log, now, random };
  const families = (nowMs: number) => meters.families(nowMs);
  const metrics = new OtlpMetrics({ ...shared, intervalMs: config.otlpIntervalMs, families });
  const { otlpLogs: types } = config;
  if (types.length === 0) return [metrics];
  const { flows, dns, processes, containers } = tables;
  const feeds = [
    ...(types.some((type) => type.startsWith('flow.')) ? [flows] : []),
    ...(types.includes('dns') ? [dns] : []),
    ...(types.some((type) => type.startsWith('process.') || type === 'oom') ? [processes] : []),
    ...(types.some((type) => type.startsWith('container.')) ? [containers] : []),
  ];
  return [metrics, new OtlpLogs({ ...shared, feeds, types })];
}

function receiverOf(config: ExportConfig): Receiver | undefined {
  const { otlpEndpoint: endpoint, otlpProtocol: protocol, otlpHeaders: headers } = config;
  if (endpoint === undefined) return undefined;
  const { otlpCompression: compression, otlpTimeoutMs: timeoutMs, otlpCaFile } = config;
  const ca = otlpCaFile === undefined ? undefined : readCertificates(otlpCaFile);
  return { endpoint, protocol, headers, compression, timeoutMs, ca };
}

function readCertificates(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const message = `otlpCaFile: ${path} cannot be read: ${(cause as Error).message}`;
    throw new SysprobeError('SP_CONFIG_INVALID', message, { cause });
  }
}
