import { DnsMeter } from './dns-meter.ts';
import type { Family, Label } from './family.ts';
import { FlowMeter } from './flow-meter.ts';
import { flowLabels, type LabelChoice, labelName } from './labels.ts';
import type { SeriesLimits } from './series-table.ts';

export interface MetersOptions {
  choice: LabelChoice;
  limits: SeriesLimits;
  /** `env:prod` each: of everything. */
  tags: readonly string[];
  nowMs: number;
}

export interface MeterCounts {
  name: string;
  series: number;
  max: number;
  /** Records that found no series of their own. */
  overflow: number;
}

/** Everything that is counted for export. */
export class Meters {
  readonly flows: FlowMeter;
  readonly dns: DnsMeter;
  /** Of every series in Prometheus; in OTLP they are the resource's. */
  readonly constant: readonly Label[];
  readonly #max: number;

  constructor({ choice, limits, tags, nowMs }: MetersOptions) {
    this.flows = new FlowMeter(choice, limits, nowMs);
    this.dns = new DnsMeter(choice, limits, nowMs);
    this.constant = constantLabels(
      tags,
      new Set([...OWN_LABELS, ...flowLabels(choice).map(({ name }) => name)]),
    );
    this.#max = limits.max;
  }

  families(nowMs: number): Family[] {
    return [...this.flows.families(nowMs), ...this.dns.families(nowMs)];
  }

  get counts(): MeterCounts[] {
    const max = this.#max;
    return [
      { name: 'flows', max, ...this.flows.counts },
      { name: 'dns', max, ...this.dns.counts },
    ];
  }
}

const OWN_LABELS = ['reason', 'result', 'le'];

/** The first tag of a name, under a name that no other label of a series has. */
function constantLabels(tags: readonly string[], taken: ReadonlySet<string>): Label[] {
  const labels = new Map<string, Label>();
  for (const tag of tags) {
    const [attribute = '', value = ''] = tag.split(/:(.*)/s, 2);
    const wanted = labelName(attribute);
    const name = taken.has(wanted) ? `tag_${wanted}` : wanted;
    if (!labels.has(name)) labels.set(name, { name, attribute, value });
  }
  return [...labels.values()];
}
