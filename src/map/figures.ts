import { LatencySketch } from '../lib/dns/latency-sketch.ts';
import { DNS_FAILURES, FAILURES } from './types.ts';

/**
 * What adds up. `forward` is from client to server, `rate` in bytes per second. `ended` counts what is over, whether or
 * not it was ever established, and `began` those of them that are no longer tracked one by one: with both it is known
 * how many were open at an earlier time.
 */
export const COUNTERS = [
  'active',
  'opened',
  'closed',
  'began',
  'ended',
  'forward',
  'backward',
  'packetsForward',
  'packetsBackward',
  'rateForward',
  'rateBackward',
  'retransmits',
  'lostPackets',
  'rttSum',
  'connectSum',
  ...FAILURES,
  'queries',
  ...DNS_FAILURES,
] as const;

export type Counter = (typeof COUNTERS)[number];

const PLACES = Object.fromEntries(COUNTERS.map((name, i) => [name, i])) as Record<Counter, number>;

/** Distributions in microseconds. */
export const SKETCHES = ['rtt', 'connect', 'dns'] as const;
export type SketchName = (typeof SKETCHES)[number];

/** What connections add up to. Adding is associative and commutative. */
export class Figures {
  /** In the order of COUNTERS. */
  readonly counts = new Float64Array(COUNTERS.length);
  readonly #sketches: { [Name in SketchName]?: LatencySketch } = {};
  /** Milliseconds since the epoch. */
  lastSeen = 0;

  count(name: Counter): number {
    return this.counts[PLACES[name]] ?? 0;
  }

  add(name: Counter, by: number): void {
    this.addAt(PLACES[name], by);
  }

  /** By place in COUNTERS. */
  addAt(place: number, by: number): void {
    this.counts[place] = (this.counts[place] ?? 0) + by;
  }

  seen(at: number): void {
    if (at > this.lastSeen) this.lastSeen = at;
  }

  /** Undefined when nothing was measured. */
  sketch(name: SketchName): LatencySketch | undefined {
    return this.#sketches[name];
  }

  measured(name: SketchName): LatencySketch {
    this.#sketches[name] ??= new LatencySketch();
    return this.#sketches[name];
  }

  addCounts(from: Figures): void {
    for (let place = 0; place < COUNTERS.length; place++) this.addAt(place, from.counts[place] ?? 0);
  }

  merge(from: Figures): void {
    this.addCounts(from);
    for (const name of SKETCHES) {
      const sketch = from.sketch(name);
      if (sketch !== undefined) this.measured(name).merge(sketch);
    }
    this.seen(from.lastSeen);
  }
}
