import { version } from '../../lib/package-root.ts';
import { attributes } from './attributes.ts';
import type { KeyValue, LogRecord, Metric } from './messages.ts';

export interface ResourceOptions {
  /** The name that this node has. */
  node: string;
  /** Whether Kubernetes calls it so. */
  inKubernetes: boolean;
  /** One run of the agent. */
  run: string;
  /** `env:prod` each. */
  tags: readonly string[];
}

const SCOPE = { name: 'sysprobe', version };

/** Who tells it. */
export function resourceOf({ node, inKubernetes, run, tags }: ResourceOptions): { attributes: KeyValue[] } {
  return {
    attributes: attributes({
      ...Object.fromEntries(
        tags.map((tag) => tag.split(/:(.*)/s, 2)).map(([key = '', value]) => [key, value ?? '']),
      ),
      'service.name': 'sysprobe',
      'service.version': version,
      'service.instance.id': `${node}/${run}`,
      'host.name': node,
      'os.type': 'linux',
      ...(inKubernetes && { 'k8s.node.name': node }),
    }),
  };
}

export function metricsRequest(resource: { attributes: KeyValue[] }, metrics: readonly Metric[]): object {
  return { resourceMetrics: [{ resource, scopeMetrics: [{ scope: SCOPE, metrics }] }] };
}

export function logsRequest(resource: { attributes: KeyValue[] }, logRecords: readonly LogRecord[]): object {
  return { resourceLogs: [{ resource, scopeLogs: [{ scope: SCOPE, logRecords }] }] };
}
