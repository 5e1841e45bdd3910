import type { MapEdge, MapNode } from '../../map/types.ts';
import type { GraphState } from './state.ts';

/** SVG stays fluid up to about this many nodes. */
export const MAX_VISIBLE_NODES = 600;

/** The part of the map that is drawn. */
export interface VisibleGraph {
  /** Heaviest first: the drawing and the Tab order. */
  readonly nodes: readonly MapNode[];
  readonly edges: readonly MapEdge[];
  /** Ids of nodes that match the search; the other drawn ones are their context. Absent without a search. */
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
 * Picks what is drawn: with a search, the nodes that match and their direct neighbours; then, when there are more
 * than `limit`, the ones with the most bytes.
 */
export function visibleGraph(graph: GraphState, options: VisibleOptions): VisibleGraph {
  const { query, keep = [], limit = MAX_VISIBLE_NODES } = options;
  const terms = searchTerms(query);
  const matches = terms.length === 0 ? undefined : matchingNodes(graph, terms);
  const candidates = matches === undefined ? [...graph.nodes.values()] : withNeighbours(graph, matches, keep);

  const kept = new Set(keep);
  candidates.sort(
    (a, b) =>
      Number(kept.has(b.id)) - Number(kept.has(a.id)) ||
      nodeBytes(b) - nodeBytes(a) ||
      (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  );
  const nodes = candidates.slice(0, limit);
  const drawn = new Set(nodes.map((node) => node.id));
  const edges = [...graph.edges.values()].filter(
    (edge) =>
      drawn.has(edge.source) &&
      drawn.has(edge.target) &&
      (matches === undefined || matches.has(edge.source) || matches.has(edge.target)),
  );
  return {
    nodes,
    edges,
    ...(matches === undefined ? {} : { matches }),
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

function matchingNodes(graph: GraphState, terms: readonly string[]): Set<string> {
  const matches = new Set<string>();
  for (const node of graph.nodes.values()) {
    const text = [node.name, node.kind, ...Object.values(node.detail ?? {})].join(' ');
    if (textMatches(text, terms)) matches.add(node.id);
  }
  return matches;
}

function withNeighbours(graph: GraphState, matches: ReadonlySet<string>, keep: readonly string[]): MapNode[] {
  const wanted = new Set([...matches, ...keep]);
  for (const edge of graph.edges.values()) {
    if (matches.has(edge.source)) wanted.add(edge.target);
    if (matches.has(edge.target)) wanted.add(edge.source);
  }
  return [...graph.nodes.values()].filter((node) => wanted.has(node.id));
}
