import type { MapEdge } from '../../map/types.ts';

/** What the reader picked: a node, or an edge. */
export type Selection = { readonly kind: 'node' | 'edge'; readonly id: string };

export interface Focus {
  readonly nodes: ReadonlySet<string>;
  readonly edges: ReadonlySet<string>;
}

/** The selection with its direct neighbours: what stays bright while the rest of the map fades. */
export function focusOf(edges: Iterable<MapEdge>, selection: Selection | undefined): Focus | undefined {
  if (selection === undefined) return undefined;
  const nodes = new Set<string>(selection.kind === 'node' ? [selection.id] : []);
  const near = new Set<string>();
  for (const edge of edges) {
    const touches =
      selection.kind === 'edge'
        ? edge.id === selection.id
        : edge.source === selection.id || edge.target === selection.id;
    if (!touches) continue;
    near.add(edge.id);
    nodes.add(edge.source);
    nodes.add(edge.target);
  }
  return { nodes, edges: near };
}

/** The nodes that are at most `hops` edges away, whichever way these point. */
export function nodesWithin(edges: readonly MapEdge[], from: string, hops: number): Set<string> {
  const reached = new Set([from]);
  for (let hop = 0; hop < hops; hop += 1) {
    const before = new Set(reached);
    for (const { source, target } of edges) {
      if (before.has(source)) reached.add(target);
      if (before.has(target)) reached.add(source);
    }
  }
  return reached;
}

export interface NodeRate {
  /** Bytes per second that leave the node and that come in. */
  out: number;
  in: number;
}

/** What each node sends and receives now, summed over its edges. */
export function nodeRates(edges: Iterable<MapEdge>): Map<string, NodeRate> {
  const rates = new Map<string, NodeRate>();
  const add = (id: string, out: number, into: number) => {
    const rate = rates.get(id);
    if (rate === undefined) rates.set(id, { out, in: into });
    else {
      rate.out += out;
      rate.in += into;
    }
  };
  for (const edge of edges) {
    add(edge.source, edge.rate.forward, edge.rate.backward);
    add(edge.target, edge.rate.backward, edge.rate.forward);
  }
  return rates;
}
