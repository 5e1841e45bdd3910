import { OTHERS } from '../../map/faces.ts';
import type { MapEdge, MapNode } from '../../map/types.ts';
import type { Selection } from '../graph/focus.ts';
import type { GraphState } from '../graph/state.ts';
import { filterParams, type Search } from '../search/tokens.ts';

type Filter = [name: string, value: string];

/** With more ports than this the end alone is asked for. */
const MAX_PORTS = 16;

/** What of a view decides which flows are listed. */
export interface FlowWindow {
  readonly selection: Selection | undefined;
  readonly since: string | undefined;
  readonly until: string | undefined;
}

/** Query parameters of `/api/v1/flows`. */
export function flowParams(
  { selection, since, until }: FlowWindow,
  { graph, search, last }: { graph: GraphState | undefined; search: Search; last: number },
): string {
  const searched = new Set(search.filters.map(({ name }) => name));
  // Values of one filter are alternatives: the search decides, and the rows are judged once more when they come.
  const selected = graph === undefined ? [] : selectionFilters(selection, graph);
  const params: Filter[] = [
    ['last', String(last)],
    ...(since === undefined ? [] : [['since', since] as Filter]),
    ...(until === undefined ? [] : [['until', until] as Filter]),
    ...selected.filter(([name]) => !searched.has(name)),
    ...filterParams(search.filters),
  ];
  return new URLSearchParams(params).toString();
}

/**
 * Filters of `/api/v1/flows` that fetch what belongs to the selection, and little else: without them its flows may not
 * be among the last ones. Empty when nothing is selected or the selection is not on the map.
 */
export function selectionFilters(
  selection: Selection | undefined,
  { nodes, edges }: Pick<GraphState, 'nodes' | 'edges'>,
): Filter[] {
  if (selection?.kind === 'node') {
    const node = nodes.get(selection.id);
    // An address may be that of many: what is connected to it narrows it down.
    return node?.kind === 'address' ? [...ownerFilters(node), ...portsOf(node, edges)] : ownerFilters(node);
  }
  const edge = selection === undefined ? undefined : edges.get(selection.id);
  if (edge === undefined) return [];
  const end = nodes.get(observedEnd(edge, nodes));
  return [...ownerFilters(end), ['protocol', edge.protocol], ...portFilters(edge.ports)];
}

/**
 * The end of an edge whose records stand for it: the client, unless only the server is known to be on this node. A
 * connection within the node is recorded at both ends, and is to be listed once.
 */
export function observedEnd(edge: MapEdge, nodes: GraphState['nodes']): string {
  const isHere = (id: string) => !isOutside(nodes.get(id));
  return isHere(edge.source) || !isHere(edge.target) ? edge.source : edge.target;
}

/** A remote end, of which no record tells who it is. */
export function isOutside(node: MapNode | undefined): boolean {
  return node?.kind === 'address' || node?.kind === 'domain' || node?.kind === 'network';
}

/** Filters by who owns a record. */
export function ownerFilters(node: MapNode | undefined): Filter[] {
  if (node === undefined) return [];
  const { kind, name, detail = {} } = node;
  const container: Filter[] = detail.container === undefined ? [] : [['container', String(detail.container)]];
  switch (kind) {
    case 'process':
      return [['comm', name], ...container];
    case 'container':
      return container;
    case 'address':
      return [['ip', name]];
    case 'domain':
      return [['domain', name]];
    case 'network':
      if (node.id === OTHERS.id) return [];
      return (isCidr(name) ? [name] : (node.addresses ?? [])).map((ip): Filter => ['ip', ip]);
    case 'node':
      return [];
    case 'label':
      return [['label', name]];
    case 'pod':
      return [['pod', detail.namespace === undefined ? name : `${detail.namespace}/${name}`]];
    case 'namespace':
      return [['namespace', name]];
    case 'workload':
    case 'service':
      return detail.namespace === undefined
        ? [[kind, name]]
        : [
            [kind, name],
            ['namespace', String(detail.namespace)],
          ];
  }
}

/** Of a network that has no name of its own. */
function isCidr(name: string): boolean {
  return name.includes('/');
}

function portsOf(node: MapNode, edges: GraphState['edges']): Filter[] {
  const touching = [...edges.values()].filter(
    ({ source, target }) => source === node.id || target === node.id,
  );
  return portFilters([...new Set(touching.flatMap(({ ports }) => ports))]);
}

function portFilters(ports: readonly number[]): Filter[] {
  return ports.length > MAX_PORTS ? [] : ports.map((port) => ['port', String(port)]);
}
