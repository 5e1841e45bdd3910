import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { MapGroup } from '../../map/types.ts';
import type { Status } from '../api/status.ts';
import { DnsView } from '../dns/view.ts';
import { FlowIndex } from '../flows/belongs.ts';
import { type ColumnId, flowText, nextSort, sortFlows } from '../flows/columns.ts';
import type { Flow } from '../flows/flow.ts';
import { type Focus, focusOf, type NodeRate, nodeRates, type Selection } from '../graph/focus.ts';
import { searchTerms, textMatches, type VisibleGraph, visibleGraph } from '../graph/visible.ts';
import { Feed } from './feed.ts';
import { totalRate, withSample } from './throughput.ts';
import { type View, viewToHash } from './view.ts';

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

/** All state of the page. Components read its signals and call its methods; only `connect` feeds it. */
export class Page {
  readonly feed = new Feed();
  readonly dns = new DnsView();
  readonly link = signal<Link>('connecting');
  readonly status = signal<Status | undefined>(undefined);
  /** What the last failed request said. */
  readonly trouble = signal<string | undefined>(undefined);
  readonly hover = signal<Hover | undefined>(undefined);
  readonly throughput = signal<readonly number[]>([]);
  readonly view: Signal<View>;

  readonly visible: ReadonlySignal<VisibleGraph | undefined> = computed(() => {
    const { graph } = this.feed.shown.value;
    return graph === undefined
      ? undefined
      : visibleGraph(graph, { query: this.view.value.query, keep: this.#selectedNodes.value });
  });

  /** Undefined when nothing is selected, or what is selected is not on the map (any more). */
  readonly focus: ReadonlySignal<Focus | undefined> = computed(() => {
    const { graph } = this.feed.shown.value;
    const { selection } = this.view.value;
    if (graph === undefined || selection === undefined) return undefined;
    const exists = (selection.kind === 'node' ? graph.nodes : graph.edges).has(selection.id);
    return exists ? focusOf(graph.edges.values(), selection) : undefined;
  });

  readonly rates: ReadonlySignal<ReadonlyMap<string, NodeRate>> = computed(() =>
    nodeRates(this.feed.shown.value.graph?.edges.values() ?? []),
  );

  readonly rows: ReadonlySignal<Rows> = computed(() => {
    const flows = this.feed.shown.value.flows?.flows ?? [];
    const { query, selection, sort } = this.view.value;
    const terms = searchTerms(query);
    const index = this.#index.value;
    const found = new Set(this.visible.value?.edges.map(({ id }) => id));
    const isSelected = (flow: Flow) =>
      selection === undefined || index === undefined || index.belongs(flow, selection);
    // A row is also found by what is at its other end, which only the map may know.
    const isFound = (flow: Flow) =>
      terms.length === 0 || textMatches(flowText(flow), terms) || found.has(index?.edgeOf(flow)?.id ?? '');
    const wanted = flows.filter((flow) => isSelected(flow) && isFound(flow));
    return { flows: sortFlows(wanted, sort), of: flows.length };
  });

  readonly #index = computed(() => {
    const { graph, flows } = this.feed.shown.value;
    return graph === undefined
      ? undefined
      : new FlowIndex(flows?.flows ?? [], { graph, group: this.view.value.group });
  });

  readonly #selectedNodes = computed((): string[] => {
    const { selection } = this.view.value;
    if (selection === undefined) return [];
    if (selection.kind === 'node') return [selection.id];
    const edge = this.feed.shown.value.graph?.edges.get(selection.id);
    return edge === undefined ? [] : [edge.source, edge.target];
  });

  constructor(view: View) {
    this.view = signal(view);
  }

  /** Takes over a view as a whole, as when the reader goes back or edits the address. */
  show(view: View): void {
    if (view.group !== this.view.peek().group) this.feed.reset();
    this.view.value = view;
  }

  select(selection: Selection | undefined): void {
    const current = this.view.peek().selection;
    const again = selection !== undefined && current?.kind === selection.kind && current.id === selection.id;
    this.#change({ selection: again ? undefined : selection });
  }

  /** Selects the edge that a row of the table stands for; false when it is not on the map. */
  selectFlow(flow: Flow): boolean {
    const edge = this.#index.peek()?.edgeOf(flow);
    if (edge !== undefined) this.#change({ selection: { kind: 'edge', id: edge.id } });
    return edge !== undefined;
  }

  search(query: string): void {
    this.#change({ query });
  }

  sortBy(column: ColumnId): void {
    this.#change({ sort: nextSort(this.view.peek().sort, column) });
  }

  groupBy(group: MapGroup): void {
    if (group === this.view.peek().group) return;
    this.feed.reset();
    this.#change({ group, selection: undefined });
  }

  togglePause(): void {
    if (this.feed.paused.peek()) this.feed.resume();
    else this.feed.pause();
  }

  /** Called once a second: adds the rate of now to the curve. */
  sampleThroughput(): void {
    const { graph } = this.feed.shown.peek();
    if (this.feed.paused.peek() || graph === undefined) return;
    this.throughput.value = withSample(this.throughput.peek(), totalRate(graph.edges.values()));
  }

  #change(change: Partial<View>): void {
    this.view.value = { ...this.view.peek(), ...change };
    history.replaceState(null, '', viewToHash(this.view.peek()) || location.pathname + location.search);
  }
}
