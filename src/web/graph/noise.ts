import type { MapEdge, MapNode } from '../../map/types.ts';

export const NOISE_IDS = ['dns', 'monitoring', 'probes'] as const;
export type NoiseId = (typeof NOISE_IDS)[number];

/** Traffic that is on every node and seldom what one looks for. */
export interface NoiseRule {
  readonly id: NoiseId;
  readonly title: string;
  readonly doc: string;
}

export const NOISE_RULES: readonly NoiseRule[] = [
  { id: 'dns', title: 'DNS', doc: 'edges to the ports 53, 853 and 5353 alone' },
  { id: 'monitoring', title: 'Monitoring', doc: 'Prometheus, exporters, log shippers, sysprobe itself' },
  { id: 'probes', title: 'Health probes', doc: 'what the kubelet asks its pods' },
];

const DNS_PORTS: ReadonlySet<number> = new Set([53, 853, 5353]);
const MONITORING =
  /prometheus|alertmanager|grafana|exporter|kube-state-metrics|metrics-server|opentelemetry|otel-?col|datadog|telegraf|fluent-?(bit|d)|promtail|filebeat|^(sysprobe|node-agent|system-probe)$/i;

type Ends = ReadonlyMap<string, MapNode>;

const TESTS: Readonly<Record<NoiseId, (edge: MapEdge, nodes: Ends) => boolean>> = {
  dns: ({ ports }) => ports.length > 0 && ports.every((port) => DNS_PORTS.has(port)),
  monitoring: ({ source, target }, nodes) =>
    [source, target].some((id) => MONITORING.test(nodes.get(id)?.name ?? '')),
  probes: ({ source }, nodes) => nodes.get(source)?.name === 'kubelet',
};

/** Whether one of the rules leaves the edge out. */
export function isNoise(edge: MapEdge, nodes: Ends, rules: readonly NoiseId[]): boolean {
  return rules.some((id) => TESTS[id](edge, nodes));
}
