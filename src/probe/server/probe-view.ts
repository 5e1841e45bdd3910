import type { FlowRow } from '../../wire/flow.ts';
import type { Status } from '../../wire/status.ts';

/** What the server asks of the probe. */
export interface ProbeView {
  readonly bootId: string;
  /** Brings the counters of live flows up to date; the server asks for it at most ten times a second. */
  refresh(): void;
  /** Active flows and those that closed recently. */
  flows(): Iterable<FlowRow>;
  status(): Status;
}
