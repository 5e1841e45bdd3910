import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { parseGroup } from '../../map/group.ts';
import type { MapGroup, MapTimeline } from '../../map/types.ts';
import { knowsKubernetes, type Status } from '../api/status.ts';
import { DnsView } from '../dns/view.ts';
import { FlowIndex } from '../flows/belongs.ts';
import { defaultColumns, type FlowColumnId, flowText, sortFlows } from '../flows/columns.ts';
import type { Flow } from '../flows/flow.ts';
import { type Focus, focusOf, type NodeRate, nodeRates, type Selection } from '../graph/focus.ts';
import { textMatches } from '../graph/search.ts';
import { MAX_VISIBLE_NODES, type VisibleGraph, visibleGraph } from '../graph/visible.ts';
import { filterParams, parseSearch, type Search } from '../search/tokens.ts';
import { type EdgeRow, sortEdges } from '../table/edge-columns.ts';
import { Feed } from './feed.ts';
import { RateHistory } from './rate-history.ts';
import { totalRate, withSample } from './throughput.ts';
import { windowParams } from './time-window.ts';
import type { View } from './view.ts';
import { select, selectedNodes, type ViewChange } from './view-changes.ts';
import { viewToHash } from './view-hash.ts';

/** Beyond it their networks are drawn. */
export const MAX_ADDRESS_NODES = 30;

/** `lost`: the agent does not answer; what is shown is the last that came. */
export type Link = 'connecting' | 'live' | 'lost';

export interface Hover extends Selection {
  /** Of the pointer or, with the keyboard, of the node; in the window. */
  readonly x: number;
  readonly y: number;
}

export interface Rows {
  readonly flows: readonly Flow[];
  /** Rows before search and selection. */
  readonly of: number;
}

/** All state of the page. Components read its signals and change the view; only `connect` feeds it. */
export class Page {
  readonly feed = new Feed();
  readonly dns = new DnsView();
  readonly link = signal<Link>('connecting');
  /** Undefined: not known (yet). */
  readonly status = signal<Status | undefined>(undefined);
  /** The agent's status has been asked for; what depends on it can be decided. */
  readonly asked = signal(false);
  /** What the last failed request said. */
  readonly trouble = signal<string | undefined>(undefined);
  /** Why the agent refuses the search. */
  readonly refusal = signal<string | undefined>(undefined);
  readonly rateHistory = new RateHistory();
  readonly timeline = signal<MapTimeline | undefined>(undefined);
  readonly hover = signal<Hover | undefined>(undefined);
  readonly throughput = signal<readonly number[]>([]);
  readonly view: Signal<View>;

  readonly search: ReadonlySignal<Search> = computed(() => parseSearch(this.view.value.query));
  readonly kubernetes: ReadonlySignal<boolean> = computed(() => knowsKubernetes(this.status.value));

  /** As the API takes it; undefined while it is not known what suits the node. */
  readonly group: ReadonlySignal<string | undefined> = computed(() => {
    const { group } = this.view.value;
    if (group !== undefined || !this.asked.value) return group;
    return this.kubernetes.value ? 'workload' : 'process';
  });

  readonly kind: ReadonlySignal<MapGroup> = computed(
    () => parseGroup(this.group.value ?? '')?.group ?? 'process',
  );

  /** The question to the map, as query parameters. */
  readonly mapQuery: ReadonlySignal<string | undefined> = computed(() => {
    const group = this.group.value;
    if (group === undefined) return undefined;
    const { expanded, gather } = this.view.value;
    const { since, until } = windowParams(this.view.value);
    return new URLSearchParams([
      ['group', group],
      ...expanded.map((id) => ['expand', id]),
      ...(gather ? [['gather', String(MAX_ADDRESS_NODES)]] : []),
      ...(since === undefined ? [] : [['since', since]]),
      ...(until === undefined ? [] : [['until', until]]),
      ...filterParams(this.search.value.filters),
    ]).toString();
  });

  readonly visible: ReadonlySignal<VisibleGraph | undefined> = computed(() => {
    const { graph } = this.feed.shown.value;
    if (graph === undefined) return undefined;
    const { hidden, pinned, noise, focus, metric, quieter } = this.view.value;
    return visibleGraph(graph, {
      search: this.search.value,
      keep: [...pinned, ...this.#selectedNodes.value],
      hide: hidden,
      ...{ noise, focus, metric, quieter },
      limit: MAX_VISIBLE_NODES,
    });
  });

  /** Undefined when nothing is selected, or what is selected is not on the map (any more). */
  readonly focus: ReadonlySignal<Focus | undefined> = computed(() => {
    const { graph } = this.feed.shown.value;
    const { selection } = this.view.value;
    if (graph === undefined || selection === undefined) return undefined;
    const exists = (selection.kind === 'node' ? graph.nodes : graph.edges).has(selection.id);
    return exists ? focusOf(graph.edges.values(), selection) : undefined;
  });

  /** Names of the nodes, and of those that are expanded. */
  readonly names: ReadonlySignal<ReadonlyMap<string, string>> = computed(() => {
    const names = new Map<string, string>();
    for (const { id, name, parent } of this.feed.shown.value.graph?.nodes.values() ?? []) {
      names.set(id, name);
      if (parent !== undefined) names.set(parent.id, parent.name);
    }
    return names;
  });

  readonly rates: ReadonlySignal<ReadonlyMap<string, NodeRate>> = computed(() =>
    nodeRates(this.feed.shown.value.graph?.edges.values() ?? []),
  );

  readonly columns: ReadonlySignal<readonly FlowColumnId[]> = computed(
    () => this.view.value.columns ?? defaultColumns({ kubernetes: this.kubernetes.value }),
  );

  readonly rows: ReadonlySignal<Rows> = computed(() => {
    const flows = this.feed.shown.value.flows?.flows ?? [];
    const { selection, sort } = this.view.value;
    const search = this.search.value;
    const index = this.#index.value;
    const found = this.visible.value?.matches && new Set(this.visible.value.edges.map(({ id }) => id));
    const isSelected = (flow: Flow) =>
      selection === undefined || index === undefined || index.belongs(flow, selection);
    // A row is also found by what is at its other end, which only the map may know.
    const isFound = (flow: Flow) =>
      found === undefined || textMatches(flowText(flow), search) || found.has(index?.edgeOf(flow)?.id ?? '');
    const wanted = flows.filter((flow) => isSelected(flow) && isFound(flow));
    return { flows: sortFlows(wanted, sort), of: flows.length };
  });

  /** The edges that are drawn, or, when something is selected, those of the selection. */
  readonly edgeRows: ReadonlySignal<readonly EdgeRow[]> = computed(() => {
    const { graph } = this.feed.shown.value;
    const focus = this.focus.value;
    const edges = this.visible.value?.edges.filter(({ id }) => focus === undefined || focus.edges.has(id));
    const rows = (edges ?? []).flatMap((edge): EdgeRow[] => {
      const [source, target] = [graph?.nodes.get(edge.source), graph?.nodes.get(edge.target)];
      return source === undefined || target === undefined ? [] : [{ edge, source, target }];
    });
    return sortEdges(rows, this.view.value.edgeSort);
  });

  readonly #index = computed(() => {
    const { graph, flows } = this.feed.shown.value;
    if (graph === undefined) return undefined;
    const { expanded } = this.view.value;
    return new FlowIndex(flows?.flows ?? [], { graph, group: this.kind.value, expanded });
  });

  readonly #selectedNodes = computed(() =>
    selectedNodes(this.view.value, this.feed.shown.value.graph?.edges),
  );

  constructor(view: View) {
    this.view = signal(view);
  }

  /** Takes over a view as a whole, as when the reader goes back or edits the address. */
  show(view: View): void {
    batch(() => {
      const before = this.group.peek();
      this.view.value = view;
      if (this.group.peek() !== before) this.feed.reset();
    });
  }

  /** Changes the view, and the address bar with it. */
  change(change: ViewChange): void {
    const view = this.view.peek();
    this.show({ ...view, ...change(view) });
    history.replaceState(null, '', viewToHash(this.view.peek()) || location.pathname + location.search);
  }

  /** Selects the edge that a row of the table stands for; false when it is not on the map. */
  selectFlow(flow: Flow): boolean {
    const edge = this.#index.peek()?.edgeOf(flow);
    if (edge !== undefined) this.change(select({ kind: 'edge', id: edge.id }));
    return edge !== undefined;
  }

  togglePause(): void {
    if (this.feed.paused.peek()) this.feed.resume();
    else this.feed.pause();
  }

  /** Called once a second: adds the rate of now to the curve. */
  sampleThroughput(): void {
    const { graph } = this.feed.shown.peek();
    if (this.feed.paused.peek() || graph === undefined) return;
    this.rateHistory.sample(graph.edges.values());
    this.throughput.value = withSample(this.throughput.peek(), totalRate(graph.edges.values()));
  }
}
