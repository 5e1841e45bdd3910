import type { FlowColumnId, FlowSort } from '../flows/columns.ts';
import type { Selection } from '../graph/focus.ts';
import type { MetricId } from '../graph/metrics.ts';
import type { NoiseId } from '../graph/noise.ts';
import type { NodeFocus } from '../graph/visible.ts';
import type { EdgeSort } from '../table/edge-columns.ts';

export const TABS = ['flows', 'edges', 'dns'] as const;
export type Tab = (typeof TABS)[number];

/** What the reader looks at: all of it is in the address bar, so that a reload or a sent link shows the same. */
export interface View {
  /** As the API takes it, such as `label:app`; undefined = workloads where Kubernetes has names, else processes. */
  readonly group: string | undefined;
  readonly query: string;
  readonly selection: Selection | undefined;
  /** Ids of nodes. */
  readonly expanded: readonly string[];
  readonly hidden: readonly string[];
  readonly pinned: readonly string[];
  readonly focus: NodeFocus | undefined;
  readonly noise: readonly NoiseId[];
  /** Draw addresses that are too many as their networks. */
  readonly gather: boolean;
  readonly metric: MetricId;
  /** Percent of the edges that are left out. */
  readonly quieter: number;
  readonly tab: Tab;
  readonly sort: FlowSort;
  readonly edgeSort: EdgeSort;
  /** Undefined = those that suit the node. */
  readonly columns: readonly FlowColumnId[] | undefined;
  /** The length of the window, such as `15m`; undefined = the usual one. */
  readonly since: string | undefined;
  /** When it ended, in RFC 3339; undefined = it ends now. */
  readonly until: string | undefined;
}

export const DEFAULT_VIEW: View = {
  group: undefined,
  query: '',
  selection: undefined,
  expanded: [],
  hidden: [],
  pinned: [],
  focus: undefined,
  noise: [],
  gather: true,
  metric: 'throughput',
  quieter: 0,
  tab: 'flows',
  sort: { column: 'time', descending: true },
  edgeSort: { column: 'rate', descending: true },
  columns: undefined,
  since: undefined,
  until: undefined,
};
