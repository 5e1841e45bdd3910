import type { MapEdge } from '../../map/types.ts';
import { formatBytes, formatCount, formatMicros, formatRate } from '../format.ts';
import { failureCount } from './health.ts';

export const METRIC_IDS = [
  'throughput',
  'bytes',
  'connections',
  'failures',
  'rtt',
  'connect',
  'retransmits',
] as const;

export type MetricId = (typeof METRIC_IDS)[number];

/** What lines are thick by. */
export interface Metric {
  readonly id: MetricId;
  readonly title: string;
  /** Undefined = not measured on this edge. */
  value(edge: MapEdge): number | undefined;
  text(value: number): string;
  /** Below `unit` differences hardly show; `largest` and more is as thick as it gets. */
  readonly unit: number;
  readonly largest: number;
}

const METRICS: Readonly<Record<MetricId, Metric>> = {
  throughput: {
    id: 'throughput',
    title: 'Throughput now',
    value: ({ rate }) => rate.forward + rate.backward,
    text: formatRate,
    unit: 100,
    largest: 1e8,
  },
  bytes: {
    id: 'bytes',
    title: 'Bytes',
    value: ({ bytes }) => bytes.forward + bytes.backward,
    text: formatBytes,
    unit: 1000,
    largest: 1e11,
  },
  connections: {
    id: 'connections',
    title: 'Connections',
    value: ({ connections }) => connections.active + connections.closed,
    text: formatCount,
    unit: 1,
    largest: 1e5,
  },
  failures: {
    id: 'failures',
    title: 'Failures',
    value: failureCount,
    text: formatCount,
    unit: 1,
    largest: 1e4,
  },
  rtt: {
    id: 'rtt',
    title: 'RTT p95',
    value: ({ latency, rttUs }) => latency?.rtt?.p95Us ?? rttUs,
    text: formatMicros,
    unit: 50,
    largest: 1e6,
  },
  connect: {
    id: 'connect',
    title: 'Connect p95',
    value: ({ latency, connectUs }) => latency?.connect?.p95Us ?? connectUs,
    text: formatMicros,
    unit: 50,
    largest: 1e6,
  },
  retransmits: {
    id: 'retransmits',
    title: 'Retransmits',
    value: ({ retransmits }) => retransmits,
    text: formatCount,
    unit: 1,
    largest: 1e5,
  },
};

export const METRIC_LIST: readonly Metric[] = METRIC_IDS.map((id) => METRICS[id]);

export function metricOf(id: MetricId): Metric {
  return METRICS[id];
}

/** The value that `percent` of the edges are below; undefined when nothing is to be left out. */
export function threshold(edges: Iterable<MapEdge>, metric: Metric, percent: number): number | undefined {
  if (percent <= 0) return undefined;
  const values = [...edges].map((edge) => metric.value(edge) ?? 0).sort((a, b) => a - b);
  return values[Math.min(Math.floor((values.length * percent) / 100), values.length - 1)];
}
