import { type Family, Histogram, type Point, SECONDS_BOUNDS } from '../family.ts';
import { attributes, nanoOf } from './attributes.ts';
import type { HistogramPoint, KeyValue, Metric, NumberPoint } from './messages.ts';

const CUMULATIVE = 2;

interface Times {
  startMs: number;
  nowMs: number;
}

/**
 * The families as metrics, each made when it is asked for; those that differ only in an attribute are one.
 */
export function* metricsOf(families: readonly Family[], times: Times): Generator<Metric> {
  const byName = new Map<string, Family[]>();
  for (const family of families) {
    if (family.points.length === 0) continue;
    const { name } = family.otlp;
    byName.set(name, [...(byName.get(name) ?? []), family]);
  }
  for (const [first, ...others] of byName.values()) {
    if (first === undefined) continue;
    const metric = metricOf(first, times);
    for (const other of others) metric.sum?.dataPoints.push(...numberPoints(other, times));
    yield metric;
  }
}

function metricOf(family: Family, times: Times): Metric {
  const { name, unit, description = family.help } = family.otlp;
  const head = { name, unit, description };
  switch (family.type) {
    case 'counter':
      return {
        ...head,
        sum: {
          dataPoints: numberPoints(family, times),
          aggregationTemporality: CUMULATIVE,
          isMonotonic: true,
        },
      };
    case 'gauge':
      return { ...head, gauge: { dataPoints: numberPoints(family, times) } };
    case 'histogram':
      return {
        ...head,
        histogram: { dataPoints: histogramPoints(family, times), aggregationTemporality: CUMULATIVE },
      };
  }
}

function numberPoints(family: Family, { startMs, nowMs }: Times): NumberPoint[] {
  const start = family.type === 'counter' ? { startTimeUnixNano: nanoOf(startMs) } : {};
  return family.points.flatMap((point) => {
    if (point.value instanceof Histogram) return [];
    const time = { ...start, timeUnixNano: nanoOf(nowMs) };
    return [{ attributes: attributesOf(family, point), ...time, asDouble: point.value }];
  });
}

function histogramPoints(family: Family, { startMs, nowMs }: Times): HistogramPoint[] {
  return family.points.flatMap((point) => {
    const { value } = point;
    if (!(value instanceof Histogram)) return [];
    return [
      {
        attributes: attributesOf(family, point),
        startTimeUnixNano: nanoOf(startMs),
        timeUnixNano: nanoOf(nowMs),
        count: String(value.count),
        sum: value.sum,
        bucketCounts: value.counts.map(String),
        explicitBounds: SECONDS_BOUNDS,
      },
    ];
  });
}

function attributesOf({ otlp }: Family, { labels }: Point): KeyValue[] {
  const own = Object.fromEntries(labels.map(({ attribute, value }) => [attribute, value]));
  return attributes({ ...own, ...otlp.attributes });
}
