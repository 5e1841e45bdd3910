import type { Row } from '../../wire/fields.ts';
import type { Status } from '../../wire/status.ts';

/** What the server asks of the probe. */
export interface ProbeView {
  readonly bootId: string;
  /** Brings the counters of live flows up to date; the server asks for it at most ten times a second. */
  refresh(): void;
  /** Active flows and those that closed recently. */
  flows(): Iterable<Row>;
  /** DNS transactions that ended lately. */
  dns(): Iterable<Row>;
  /** Processes that run and those that exited lately. */
  processes(): Iterable<Row>;
  /** Containers that there are and those that stopped lately. */
  containers(): Iterable<Row>;
  status(): Status;
}
