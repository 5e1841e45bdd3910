import type { Row } from '../../wire/fields.ts';
import type { Status } from '../../wire/status.ts';
import type { Metric } from './metrics.ts';

/** What the server asks of the probe. */
export interface ProbeView {
  readonly bootId: string;
  /** Brings the counters of live flows up to date; the server asks for it at most ten times a second. */
  refresh(): void;
  /** Active flows and those that closed recently. */
  flows(): RowList;
  /** DNS transactions that ended lately. Read at once, as processes() and containers() are. */
  dns(): Iterable<Row>;
  /** Processes that run and those that exited lately. */
  processes(): Iterable<Row>;
  /** Containers that there are and those that stopped lately. */
  containers(): Iterable<Row>;
  status(): Status;
  /** What sources tell about themselves beside the status. */
  metrics(): Iterable<Metric>;
}

/** Rows of the moment of the call, whatever happens while they are read; an array is one. */
export interface RowList {
  readonly length: number;
  /** Undefined for one that is not to be shown. */
  at(index: number): Row | undefined;
  /** When the record was last known to do something, where that is known without its row. */
  end?: ((index: number) => number | undefined) | undefined;
}
