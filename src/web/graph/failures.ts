import { FAILURES, type Failure, type MapEdge, type MapNode } from '../../map/types.ts';
import { formatAddress, formatCount } from '../format.ts';
import { reasonText } from './health.ts';
import type { GraphState } from './state.ts';

type Nodes = GraphState['nodes'];

/** Connections between a node and a peer that failed for one reason. */
export interface PeerFailure {
  readonly edge: MapEdge;
  readonly reason: Failure;
  readonly count: number;
  /** `3 refused → payments:443`: the arrow leads to the server. */
  readonly text: string;
}

/** What failed at a node, by reason and peer, the most frequent first. */
export function failuresOf(
  { id }: Pick<MapNode, 'id'>,
  { nodes, edges }: Pick<GraphState, 'nodes' | 'edges'>,
): PeerFailure[] {
  const failures: PeerFailure[] = [];
  for (const edge of edges.values()) {
    const isClient = edge.source === id;
    if (!isClient && edge.target !== id) continue;
    const end = isClient ? `→ ${serverText(edge, nodes)}` : `← ${nameOf(edge.source, nodes)}`;
    for (const reason of FAILURES) {
      const count = edge.connections.failed[reason] ?? 0;
      if (count === 0) continue;
      failures.push({ edge, reason, count, text: `${formatCount(count)} ${reasonText(reason)} ${end}` });
    }
  }
  return failures.sort((a, b) => b.count - a.count || (a.text < b.text ? -1 : 1));
}

function serverText({ target, port }: MapEdge, nodes: Nodes): string {
  const name = nameOf(target, nodes);
  if (port === undefined) return name;
  return nodes.get(target)?.kind === 'address' ? formatAddress({ ip: name, port }) : `${name}:${port}`;
}

function nameOf(id: string, nodes: Nodes): string {
  return nodes.get(id)?.name ?? id;
}
