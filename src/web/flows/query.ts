import type { MapEdge, MapNode } from '../../map/types.ts';
import type { Selection } from '../graph/focus.ts';
import type { GraphState } from '../graph/state.ts';

/** With more ports than this an edge is asked for by its end alone. */
const MAX_PORTS = 16;

/**
 * Filters of `/api/v1/flows` that fetch what belongs to the selection, and little else: without them its flows may not
 * be among the last ones. Empty when nothing is selected or the selection is not on the map.
 */
export function selectionFilters(
  selection: Selection | undefined,
  { nodes, edges }: Pick<GraphState, 'nodes' | 'edges'>,
): [string, string][] {
  if (selection?.kind === 'node') return nodeFilters(nodes.get(selection.id));
  const edge = selection === undefined ? undefined : edges.get(selection.id);
  if (edge === undefined) return [];
  const ports = edge.ports.length > MAX_PORTS ? [] : edge.ports;
  return [
    ...nodeFilters(nodes.get(observedEnd(edge, nodes))),
    ['protocol', edge.protocol],
    ...ports.map((port): [string, string] => ['port', String(port)]),
  ];
}

/**
 * The end of an edge whose records stand for it: the client, unless only the server is known to be on this node. A
 * connection within the node is recorded at both ends, and is to be listed once.
 */
export function observedEnd(edge: MapEdge, nodes: GraphState['nodes']): string {
  const isHere = (id: string) => nodes.get(id)?.kind !== 'address';
  return isHere(edge.source) || !isHere(edge.target) ? edge.source : edge.target;
}

function nodeFilters(node: MapNode | undefined): [string, string][] {
  if (node === undefined) return [];
  const { kind, name, detail = {} } = node;
  const container: [string, string][] =
    detail.container === undefined ? [] : [['container', String(detail.container)]];
  switch (kind) {
    case 'process':
      return [['comm', name], ...container];
    case 'container':
      return container;
    case 'address':
      return [detail.ip === undefined || detail.ip === name ? ['ip', name] : ['domain', name]];
  }
}
