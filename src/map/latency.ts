import type { LatencySketch } from '../lib/dns/latency-sketch.ts';
import type { MapLatency } from './types.ts';

/** Undefined when nothing was measured. */
export function latencyOf(sketch: LatencySketch | undefined): MapLatency | undefined {
  const quantile = (part: number) => Math.round(sketch?.quantile(part) ?? 0);
  if (sketch === undefined || sketch.count === 0) return undefined;
  return { count: sketch.count, p50Us: quantile(0.5), p95Us: quantile(0.95), p99Us: quantile(0.99) };
}
