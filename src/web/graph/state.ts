import type { MapChange, MapEdge, MapGraph, MapNode } from '../../map/types.ts';

/** The map as the page holds it: what the stream sent so far, by id. Never mutated. */
export interface GraphState {
  readonly generatedAt: string;
  /** Of the group `label`. */
  readonly label?: string | undefined;
  readonly nodes: ReadonlyMap<string, MapNode>;
  readonly edges: ReadonlyMap<string, MapEdge>;
  /** What the agent left out of its answer. */
  readonly hidden: { readonly nodes: number; readonly edges: number };
}

export function graphFromSnapshot(graph: MapGraph): GraphState {
  return {
    generatedAt: graph.generatedAt,
    label: graph.label,
    nodes: new Map(graph.nodes.map((node) => [node.id, node])),
    edges: new Map(graph.edges.map((edge) => [edge.id, edge])),
    hidden: graph.hidden ?? { nodes: 0, edges: 0 },
  };
}

/** `state` after one `change` event. Removals come first, so an id that is in both lists stays. */
export function applyChange(state: GraphState, change: MapChange): GraphState {
  return {
    generatedAt: change.generatedAt,
    label: state.label,
    nodes: patch(state.nodes, change.nodes),
    edges: patch(state.edges, change.edges),
    hidden: change.hidden ?? state.hidden,
  };
}

/** How many entries one `change` event touches. */
export function changeSize(change: MapChange): number {
  const { nodes, edges } = change;
  return nodes.upserted.length + nodes.removed.length + edges.upserted.length + edges.removed.length;
}

function patch<T extends { id: string }>(
  current: ReadonlyMap<string, T>,
  { upserted, removed }: { upserted: T[]; removed: string[] },
): ReadonlyMap<string, T> {
  if (upserted.length === 0 && removed.length === 0) return current;
  const next = new Map(current);
  for (const id of removed) next.delete(id);
  for (const item of upserted) next.set(item.id, item);
  return next;
}
