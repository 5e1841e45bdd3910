/** One name and value by which a series is told apart, in both worlds: a label of Prometheus, an attribute of OTLP. */
export interface Label {
  name: string;
  attribute: string;
  value: string;
}

export interface Point {
  labels: readonly Label[];
  value: number | Histogram;
}

/** All series of one name, at one moment. */
export interface Family {
  /** In Prometheus, without the suffix of a counter. */
  name: string;
  /** In OTLP; a part of the meaning may be an attribute there, and then the description is another one. */
  otlp: {
    name: string;
    unit: string;
    description?: string;
    attributes?: Readonly<Record<string, string>>;
  };
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  points: readonly Point[];
}

/** From half a millisecond to ten seconds: what round trips, connects and lookups take. */
export const SECONDS_BOUNDS: readonly number[] = [0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];

export class Histogram {
  /** Of each bound, those up to it and above the one before; the last is of those above all. */
  readonly counts: number[] = new Array(SECONDS_BOUNDS.length + 1).fill(0);
  sum = 0;

  get count(): number {
    return this.counts.reduce((total, count) => total + count, 0);
  }

  observe(seconds: number): void {
    const bound = SECONDS_BOUNDS.findIndex((most) => seconds <= most);
    const at = bound < 0 ? SECONDS_BOUNDS.length : bound;
    this.counts[at] = (this.counts[at] ?? 0) + 1;
    this.sum += seconds;
  }
}
