import type { MapEdge, MapGraph, MapNode } from '../map/types.ts';

/** What Grafana's node graph panel draws: https://grafana.com/docs/grafana/latest/panels-visualizations/visualizations/node-graph */
export interface NodeGraph {
  nodes: GraphNode[];
  edges: GraphEdge[];
}

interface GraphNode {
  id: string;
  title: string;
  subtitle: string;
  /** Bytes per second. */
  mainstat: number;
  /** Connections now. */
  secondarystat: number;
  /** Shares of the ring around it: of the connections of the window, those that failed and the others. */
  arc__ok: number;
  arc__failed: number;
  [detail: `detail__${string}`]: string | number;
}

interface GraphEdge {
  id: string;
  source: string;
  target: string;
  mainstat: number;
  secondarystat: string;
  thickness: number;
  color: string;
  [detail: `detail__${string}`]: string | number;
}

const GREEN = '#73bf69';
const RED = '#f2495c';
const GRAY = '#8e8e8e';
const WIDEST = 6;

export function nodeGraph({ nodes, edges }: MapGraph): NodeGraph {
  const rates = new Map<string, number>();
  for (const { source, target, rate } of edges) {
    const total = rate.forward + rate.backward;
    for (const id of new Set([source, target])) rates.set(id, (rates.get(id) ?? 0) + total);
  }
  const busiest = Math.max(1, ...edges.map(volumeOf));
  return {
    nodes: nodes.map((node) => nodeOf(node, rates.get(node.id) ?? 0)),
    edges: edges.map((edge) => edgeOf(edge, busiest)),
  };
}

/** The fields of both tables, as the node graph API plugin asks for them. */
export const NODE_GRAPH_FIELDS = {
  nodes_fields: [
    { field_name: 'id', type: 'string' },
    { field_name: 'title', type: 'string' },
    { field_name: 'subtitle', type: 'string' },
    { field_name: 'mainstat', type: 'number', displayName: 'Bytes per second' },
    { field_name: 'secondarystat', type: 'number', displayName: 'Open connections' },
    { field_name: 'arc__ok', type: 'number', color: GREEN, displayName: 'Connections without failure' },
    { field_name: 'arc__failed', type: 'number', color: RED, displayName: 'Failed connections' },
    { field_name: 'detail__opened', type: 'number', displayName: 'Opened' },
    { field_name: 'detail__failed', type: 'number', displayName: 'Failed' },
    { field_name: 'detail__sent', type: 'number', displayName: 'Bytes sent' },
    { field_name: 'detail__received', type: 'number', displayName: 'Bytes received' },
  ],
  edges_fields: [
    { field_name: 'id', type: 'string' },
    { field_name: 'source', type: 'string' },
    { field_name: 'target', type: 'string' },
    { field_name: 'mainstat', type: 'number', displayName: 'Bytes per second' },
    { field_name: 'secondarystat', type: 'string', displayName: 'Port' },
    { field_name: 'thickness', type: 'number' },
    { field_name: 'color', type: 'string' },
    { field_name: 'detail__active', type: 'number', displayName: 'Open connections' },
    { field_name: 'detail__failed', type: 'number', displayName: 'Failed' },
    { field_name: 'detail__retransmits', type: 'number', displayName: 'Retransmits' },
    { field_name: 'detail__rtt', type: 'number', displayName: 'Round-trip time in ms' },
  ],
} as const;

function nodeOf(
  { id, kind, name, connections, sent, received, detail = {} }: MapNode,
  rate: number,
): GraphNode {
  const { active, opened, closed, failed } = connections;
  const total = active + closed + failed;
  const share = total === 0 ? 0 : Math.min(1, failed / total);
  return {
    id,
    title: name,
    subtitle: kind,
    mainstat: rate,
    secondarystat: active,
    arc__ok: 1 - share,
    arc__failed: share,
    detail__opened: opened,
    detail__failed: failed,
    detail__sent: sent.bytes,
    detail__received: received.bytes,
    ...Object.fromEntries(Object.entries(detail).map(([key, value]) => [`detail__${key}`, value])),
  };
}

function edgeOf(edge: MapEdge, busiest: number): GraphEdge {
  const { id, source, target, port, protocol, connections, rate, retransmits, rttUs } = edge;
  const failed = Object.values(connections.failed).reduce((sum, count) => sum + count, 0);
  return {
    id,
    source,
    target,
    mainstat: rate.forward + rate.backward,
    secondarystat: port === undefined ? protocol : `${port}/${protocol}`,
    thickness: 1 + Math.round(((WIDEST - 1) * Math.log1p(volumeOf(edge))) / Math.log1p(busiest)),
    color: failed > 0 ? RED : GRAY,
    detail__active: connections.active,
    detail__failed: failed,
    detail__retransmits: retransmits,
    ...(rttUs !== undefined && { detail__rtt: rttUs / 1000 }),
  };
}

function volumeOf({ bytes }: MapEdge): number {
  return bytes.forward + bytes.backward;
}
