import type { Row } from '../../wire/fields.ts';
import type { ReportGate } from '../containers/report-gate.ts';
import { FlowRecord } from '../events.gen.ts';
import { flowRow, type RowContext } from './row.ts';
import type { FlowView } from './table.ts';

export interface SnapshotOptions {
  /** How many flows there are at most. */
  size: number;
  context: RowContext;
  /** Absent where everything is shown. */
  gate?: Gate | undefined;
}

type Gate = Pick<ReportGate, 'shows'>;

/** The flows of one moment, copied: what happens to the table while they are read does not show. */
export class FlowSnapshot {
  readonly length: number;
  readonly #views: readonly FlowView[];
  readonly #record: FlowRecord;
  readonly #context: RowContext;
  readonly #gate: Gate | undefined;
  /** When a flow was last known to do something, in milliseconds since the epoch; not known of hidden ones. */
  readonly end: ((index: number) => number) | undefined;

  constructor(flows: Iterable<FlowView>, { size, context, gate }: SnapshotOptions) {
    const words = new Uint32Array((size * FlowRecord.size) / 4);
    const record = new FlowRecord(new DataView(words.buffer));
    const views: FlowView[] = [];
    for (const view of flows) {
      const { buffer, byteOffset } = view.record.view;
      const from = new Uint32Array(buffer, byteOffset + view.record.offset, FlowRecord.size / 4);
      words.set(from, (views.length * FlowRecord.size) / 4);
      views.push({ ...view, record });
    }
    this.length = views.length;
    this.#views = views;
    this.#record = record;
    this.#context = context;
    this.#gate = gate;
    this.end = gate ? undefined : (index) => this.#end(index);
  }

  /** A row in the order of FLOW_FIELDS; undefined for a flow that is not to be shown. */
  at(index: number): Row | undefined {
    const view = this.#views[index];
    if (view === undefined) return undefined;
    this.#record.offset = index * FlowRecord.size;
    const row = flowRow(view, this.#context);
    return this.#gate?.shows('flow', row) === false ? undefined : row;
  }

  #end(index: number): number {
    this.#record.offset = index * FlowRecord.size;
    return Number(this.#context.clock.epochNs(this.#record.atNs)) / 1e6;
  }
}
