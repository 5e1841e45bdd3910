import { type Family, Histogram, type Label } from './family.ts';
import { type ExportOwner, type LabelChoice, type LabelReader, ownerLabels } from './labels.ts';
import { type SeriesLimits, SeriesTable } from './series-table.ts';

export interface MeteredLookup extends ExportOwner {
  askedAt?: string | undefined;
  outcome: string;
  rcode?: string | undefined;
  latencyUs?: number | undefined;
}

interface LookupTotals {
  lookups: number;
  duration: Histogram;
}

const RESULT: LabelReader<MeteredLookup> = {
  name: 'result',
  attribute: 'sysprobe.dns.result',
  read: resultOf,
};

/** Counts DNS transactions by who asked and what came of it. */
export class DnsMeter {
  readonly #series: SeriesTable<MeteredLookup, LookupTotals>;
  /** Never ahead of the clock, which may be set back. */
  #fromMs: number;

  constructor(choice: LabelChoice, limits: SeriesLimits, nowMs: number) {
    const readers = [...ownerLabels(choice), RESULT];
    this.#series = new SeriesTable(readers, limits, () => ({ lookups: 0, duration: new Histogram() }));
    this.#fromMs = nowMs;
  }

  get counts(): { series: number; overflow: number } {
    return { series: this.#series.size, overflow: this.#series.overflow };
  }

  /** What was asked before the meter began does not count. */
  count(lookup: MeteredLookup, nowMs: number): void {
    this.#fromMs = Math.min(this.#fromMs, nowMs);
    if (lookup.askedAt !== undefined && Date.parse(lookup.askedAt) < this.#fromMs) return;
    const { totals } = this.#series.find(lookup, nowMs);
    totals.lookups += 1;
    if (lookup.latencyUs !== undefined) totals.duration.observe(lookup.latencyUs / 1e6);
  }

  families(nowMs: number): Family[] {
    this.#series.sweep(nowMs);
    const all = [...this.#series];
    return [
      {
        name: 'sysprobe_dns_lookups',
        otlp: { name: 'sysprobe.dns.lookups', unit: '{lookup}' },
        type: 'counter',
        help: 'DNS transactions, by response code; timeout is what nobody answered.',
        points: all.map(({ labels, totals }) => ({ labels, value: totals.lookups })),
      },
      {
        name: 'sysprobe_dns_lookup_seconds',
        otlp: { name: 'dns.lookup.duration', unit: 's' },
        type: 'histogram',
        help: 'Time from a question to its answer.',
        points: all
          .filter(({ totals }) => totals.duration.count > 0)
          .map(({ labels, totals }) => ({ labels: labels.flatMap(asError), value: totals.duration })),
      },
    ];
  }
}

/** The conventions know an error, and nothing of what is none. */
function asError(label: Label): Label[] {
  if (label.name !== RESULT.name) return [label];
  return [{ ...label, attribute: label.value === 'NOERROR' ? 'sysprobe.dns.result' : 'error.type' }];
}

function resultOf({ outcome, rcode }: MeteredLookup): string | undefined {
  return outcome === 'timeout' ? 'timeout' : rcode;
}
