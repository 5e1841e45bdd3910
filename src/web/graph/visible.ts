import type { MapEdge, MapNode } from '../../map/types.ts';
import { failureText } from './health.ts';
import type { GraphState } from './state.ts';

/** SVG stays fluid up to about this many nodes. */
const MAX_VISIBLE_NODES = 600;

/** The part of the map that is drawn. */
export interface VisibleGraph {
  /** Heaviest first: the drawing and the Tab order. */
  readonly nodes: readonly MapNode[];
  readonly edges: readonly MapEdge[];
  /** Ids of nodes that the search found; the other drawn ones are their context. Absent without a search. */
  readonly matches?: ReadonlySet<string>;
  /** Nodes that exist and are not drawn for want of room, the agent's own cut included. */
  readonly hidden: number;
}

export interface VisibleOptions {
  query: string;
  /** Nodes that must stay whatever their rank: the selection. */
  keep?: readonly string[];
  limit?: number;
}

/** Bytes that a node sent and received. */
export function nodeBytes(node: MapNode): number {
  return node.sent.bytes + node.received.bytes;
}

/**
 * Picks what is drawn: with a search, the nodes that match and their neighbours, and the edges that match; then, when
 * there are more than `limit` nodes, the ones with the most bytes.
 */
export function visibleGraph(graph: GraphState, options: VisibleOptions): VisibleGraph {
  const { query, keep = [], limit = MAX_VISIBLE_NODES } = options;
  const found = find(graph, searchTerms(query));
  const kept = new Set(keep);
  const candidates = [...graph.nodes.values()].filter(
    ({ id }) => found === undefined || found.nodes.has(id) || found.context.has(id) || kept.has(id),
  );
  candidates.sort(
    (a, b) =>
      Number(kept.has(b.id)) - Number(kept.has(a.id)) ||
      nodeBytes(b) - nodeBytes(a) ||
      (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  );
  const nodes = candidates.slice(0, limit);
  const drawn = new Set(nodes.map((node) => node.id));
  const edges = [...graph.edges.values()].filter(
    ({ id, source, target }) =>
      drawn.has(source) && drawn.has(target) && (found === undefined || found.edges.has(id)),
  );
  return {
    nodes,
    edges,
    ...(found === undefined ? {} : { matches: found.nodes }),
    hidden: candidates.length - nodes.length + graph.hidden.nodes,
  };
}

/** A search is words that must all be found, in any order, whatever their case. */
export function searchTerms(query: string): string[] {
  return query.toLowerCase().split(/\s+/).filter(Boolean);
}

export function textMatches(text: string, terms: readonly string[]): boolean {
  const lower = text.toLowerCase();
  return terms.every((term) => lower.includes(term));
}

interface Found {
  /** Nodes that match, and the ends of edges that match. */
  nodes: Set<string>;
  /** Edges that match, and those of nodes that match. */
  edges: Set<string>;
  /** Neighbours of nodes that match. */
  context: Set<string>;
}

function find(graph: GraphState, terms: readonly string[]): Found | undefined {
  if (terms.length === 0) return undefined;
  const named = new Set<string>();
  for (const node of graph.nodes.values()) {
    if (
      textMatches(
        [node.name, node.kind, ...Object.values(node.detail ?? {}), ...(node.addresses ?? [])].join(' '),
        terms,
      )
    ) {
      named.add(node.id);
    }
  }
  const found: Found = { nodes: new Set(named), edges: new Set(), context: new Set() };
  for (const edge of graph.edges.values()) {
    const { id, source, target } = edge;
    if (textMatches(edgeText(edge), terms)) {
      found.edges.add(id);
      found.nodes.add(source).add(target);
    } else if (named.has(source) || named.has(target)) {
      found.edges.add(id);
      found.context.add(source).add(target);
    }
  }
  return found;
}

function edgeText(edge: MapEdge): string {
  return `${edge.protocol} ${edge.ports.map((port) => `:${port}`).join(' ')} ${failureText(edge)}`;
}
