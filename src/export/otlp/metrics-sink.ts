import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Family } from '../family.ts';
import type { Sink, SinkStatus } from '../sink.ts';
import type { KeyValue, Metric } from './messages.ts';
import { metricsOf } from './metrics.ts';
import { metricsRequest } from './resource.ts';
import { OtlpSender, type SenderOptions } from './sender.ts';

export interface OtlpMetricsOptions extends Omit<SenderOptions, 'signal'> {
  resource: { attributes: KeyValue[] };
  intervalMs: number;
  families: (nowMs: number) => Family[];
  now: () => number;
}

/** Points of a request; what a receiver takes by default is 4 MiB or more. */
const MAX_POINTS = 2000;

/** Sends all metrics, again and again, as totals since the start. */
export class OtlpMetrics implements Sink {
  readonly #options: OtlpMetricsOptions;
  readonly #sender: OtlpSender;
  /** Never ahead of the clock, which may be set back. */
  #startMs: number;
  #timer: NodeJS.Timeout | undefined;
  #collecting: Promise<void> | undefined;

  constructor(options: OtlpMetricsOptions) {
    this.#options = options;
    this.#sender = new OtlpSender({ ...options, signal: 'metrics' });
    this.#startMs = options.now();
  }

  get status(): SinkStatus {
    return this.#sender.status;
  }

  start(): void {
    this.#sender.start();
    this.#timer = setInterval(() => {
      this.#collecting ??= this.#collect().finally(() => {
        this.#collecting = undefined;
      });
    }, this.#options.intervalMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#collecting;
    await this.#collect();
    await this.#sender.stop();
  }

  /** In slices between which others get their turn. */
  async #collect(): Promise<void> {
    const { families, now, resource } = this.#options;
    const nowMs = now();
    this.#startMs = Math.min(this.#startMs, nowMs);
    const metrics = metricsOf(families(nowMs), { startMs: this.#startMs, nowMs });
    for (const part of parts(metrics)) {
      const points = part.reduce((sum, metric) => sum + sizeOf(metric), 0);
      this.#sender.offer(metricsRequest(resource, part), points);
      await nextTurn();
    }
  }
}

/** The metrics in requests of at most MAX_POINTS points; a metric with more is in several. */
function* parts(metrics: Iterable<Metric>): Generator<Metric[]> {
  let part: Metric[] = [];
  let points = 0;
  for (const metric of metrics) {
    for (const piece of pieces(metric)) {
      const size = sizeOf(piece);
      if (points > 0 && points + size > MAX_POINTS) {
        yield part;
        part = [];
        points = 0;
      }
      part.push(piece);
      points += size;
    }
  }
  if (points > 0) yield part;
}

function pieces(metric: Metric): Metric[] {
  const count = Math.ceil(sizeOf(metric) / MAX_POINTS);
  return Array.from({ length: count }, (_, i) => {
    const slice = <P>(points: P[]) => points.slice(i * MAX_POINTS, (i + 1) * MAX_POINTS);
    const { gauge, sum, histogram } = metric;
    return {
      ...metric,
      ...(gauge && { gauge: { dataPoints: slice(gauge.dataPoints) } }),
      ...(sum && { sum: { ...sum, dataPoints: slice(sum.dataPoints) } }),
      ...(histogram && { histogram: { ...histogram, dataPoints: slice(histogram.dataPoints) } }),
    };
  });
}

function sizeOf({ gauge, sum, histogram }: Metric): number {
  return (gauge ?? sum ?? histogram)?.dataPoints.length ?? 0;
}
