import type { MapEdge, MapNode } from '../../map/types.ts';
import { nodesWithin } from './focus.ts';
import { failureCount } from './health.ts';
import { type MetricId, metricOf, threshold } from './metrics.ts';
import { isNoise, type NoiseId } from './noise.ts';
import { findOnMap, type Words } from './search.ts';
import type { GraphState } from './state.ts';

/** More than this is no map to read, whatever draws it. */
export const MAX_VISIBLE_NODES = 2500;

/** Why nodes that exist are not drawn; those that a search does not find are not counted. */
export const HIDING = ['reader', 'noise', 'focus', 'quiet', 'room', 'agent'] as const;
export type Hiding = (typeof HIDING)[number];

/** The part of the map that is drawn. */
export interface VisibleGraph {
  /** Heaviest first: the drawing and the Tab order. */
  readonly nodes: readonly MapNode[];
  readonly edges: readonly MapEdge[];
  /** Ids of nodes that the search found; the other drawn ones are their context. Absent without a search. */
  readonly matches?: ReadonlySet<string>;
  /** Nodes that are not drawn, by why. */
  readonly hidden: Readonly<Record<Hiding, number>>;
}

export interface NodeFocus {
  readonly id: string;
  readonly hops: number;
}

export interface VisibleOptions {
  search: Words;
  /** Nodes that stay whatever else would hide them: what is selected and what is pinned. */
  keep: readonly string[];
  /** Nodes that the reader hid. */
  hide: readonly string[];
  noise: readonly NoiseId[];
  focus: NodeFocus | undefined;
  metric: MetricId;
  /** Of the edges, how many percent are left out, those with the least of the metric. What fails stays. */
  quieter: number;
  limit: number;
}

/** Everything. */
export const NOTHING_HIDDEN: VisibleOptions = {
  search: { words: [], unwanted: [] },
  keep: [],
  hide: [],
  noise: [],
  focus: undefined,
  metric: 'throughput',
  quieter: 0,
  limit: MAX_VISIBLE_NODES,
};

/** Bytes that a node sent and received. */
export function nodeBytes(node: MapNode): number {
  return node.sent.bytes + node.received.bytes;
}

export function hiddenCount({ hidden }: VisibleGraph): number {
  return HIDING.reduce((sum, why) => sum + hidden[why], 0);
}

/** Picks what is drawn, one reason to leave nodes out after the other. */
export function visibleGraph(graph: GraphState, options: VisibleOptions): VisibleGraph {
  const { search, hide, noise, focus, limit } = options;
  const kept = new Set(options.keep);
  const hidden = new Set(hide);
  const whole: Part = { nodes: [...graph.nodes.values()], edges: [...graph.edges.values()] };
  const wanted = withNodes(whole, ({ id }) => !hidden.has(id));
  const quietened = withoutLoners(wanted, kept, (edge) => !isNoise(edge, graph.nodes, noise));
  const near = focus && graph.nodes.has(focus.id) && nodesWithin(quietened.edges, focus.id, focus.hops);
  const focused = near ? withNodes(quietened, ({ id }) => near.has(id) || kept.has(id)) : quietened;
  const found = findOnMap(focused.nodes, focused.edges, search);
  const searched: Part =
    found === undefined
      ? focused
      : {
          nodes: focused.nodes.filter(
            ({ id }) => found.nodes.has(id) || found.context.has(id) || kept.has(id),
          ),
          edges: focused.edges.filter(({ id }) => found.edges.has(id)),
        };
  const loud = withoutLoners(searched, kept, loudEdges(searched.edges, options));
  const inOrder = { ...loud, nodes: byWeight(loud.nodes, kept) };
  const heaviest = new Set(inOrder.nodes.slice(0, limit));
  const drawn = withNodes(inOrder, (node) => heaviest.has(node));
  return {
    nodes: drawn.nodes,
    edges: drawn.edges,
    ...(found === undefined ? {} : { matches: found.nodes }),
    hidden: {
      reader: whole.nodes.length - wanted.nodes.length,
      noise: wanted.nodes.length - quietened.nodes.length,
      focus: quietened.nodes.length - focused.nodes.length,
      quiet: searched.nodes.length - loud.nodes.length,
      room: loud.nodes.length - drawn.nodes.length,
      agent: graph.hidden.nodes,
    },
  };
}

interface Part {
  nodes: MapNode[];
  edges: MapEdge[];
}

function withNodes({ nodes, edges }: Part, isIn: (node: MapNode) => boolean): Part {
  const left = nodes.filter(isIn);
  if (left.length === nodes.length) return { nodes, edges };
  const ids = new Set(left.map(({ id }) => id));
  return { nodes: left, edges: edges.filter(({ source, target }) => ids.has(source) && ids.has(target)) };
}

/** Leaves edges out, and the nodes that have none left. */
function withoutLoners(part: Part, kept: ReadonlySet<string>, isIn: (edge: MapEdge) => boolean): Part {
  const edges = part.edges.filter(isIn);
  if (edges.length === part.edges.length) return part;
  const lonely = endsOf(part.edges);
  for (const id of endsOf(edges)) lonely.delete(id);
  return { edges, nodes: part.nodes.filter(({ id }) => !lonely.has(id) || kept.has(id)) };
}

function endsOf(edges: readonly MapEdge[]): Set<string> {
  return new Set(edges.flatMap(({ source, target }) => [source, target]));
}

function loudEdges(
  edges: readonly MapEdge[],
  { metric: id, quieter }: VisibleOptions,
): (edge: MapEdge) => boolean {
  const metric = metricOf(id);
  const least = threshold(edges, metric, quieter);
  if (least === undefined) return () => true;
  return (edge) => (metric.value(edge) ?? 0) >= least || failureCount(edge) > 0;
}

function byWeight(nodes: readonly MapNode[], first: ReadonlySet<string>): MapNode[] {
  return nodes.toSorted(
    (a, b) =>
      Number(first.has(b.id)) - Number(first.has(a.id)) ||
      nodeBytes(b) - nodeBytes(a) ||
      (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  );
}
