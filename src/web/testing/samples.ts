import type { MapChange, MapEdge, MapGraph, MapNode, MapSignals, MapWindow } from '../../map/types.ts';
import type { Flow } from '../flows/flow.ts';

/** Small valid records for unit tests. */

const AT = '2024-05-01T12:00:00.000000000Z';
const WINDOW: MapWindow = {
  since: '2024-05-01T11:55:00.000Z',
  until: '2024-05-01T12:00:00.000Z',
  live: true,
};
const SIGNALS: MapSignals = {
  traffic: { bytesPerSecond: 1, connectionsPerSecond: 0.003 },
  errors: { failed: 0, ratio: 0 },
};

export function aNode(id: string, more: Partial<MapNode> = {}): MapNode {
  return {
    id,
    kind: 'process',
    name: id,
    connections: { active: 1, opened: 1, closed: 0, failed: 0 },
    sent: { bytes: 100, packets: 1 },
    received: { bytes: 100, packets: 1 },
    signals: { called: SIGNALS },
    ...more,
  };
}

/** An edge with id `source>target`. */
export function anEdge(source: string, target: string, more: Partial<MapEdge> = {}): MapEdge {
  return {
    id: `${source}>${target}`,
    source,
    target,
    port: 80,
    ports: [80],
    protocol: 'tcp',
    connections: { active: 1, opened: 1, closed: 0, failed: {} },
    bytes: { forward: 100, backward: 200 },
    packets: { forward: 1, backward: 2 },
    rate: { forward: 10, backward: 20 },
    retransmits: 0,
    lostPackets: 0,
    signals: SIGNALS,
    lastSeenAt: AT,
    ...more,
  };
}

export function aGraph({ nodes, edges }: { nodes: MapNode[]; edges: MapEdge[] }): MapGraph {
  return { generatedAt: AT, window: WINDOW, group: 'process', nodes, edges };
}

export function aChange(change: {
  nodes?: MapNode[];
  edges?: MapEdge[];
  removedNodes?: string[];
  removedEdges?: string[];
}): MapChange {
  return {
    generatedAt: AT,
    window: WINDOW,
    nodes: { upserted: change.nodes ?? [], removed: change.removedNodes ?? [] },
    edges: { upserted: change.edges ?? [], removed: change.removedEdges ?? [] },
  };
}

export function aFlow(id: string, more: Partial<Flow> = {}): Flow {
  return {
    id,
    protocol: 'tcp',
    source: { ip: '127.0.0.1', port: 40_000 },
    dest: { ip: '127.0.0.1', port: 80 },
    state: 'established',
    openedAt: AT,
    sent: { bytes: 0 },
    received: { bytes: 0 },
    ...more,
  };
}
