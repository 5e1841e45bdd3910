import type { Conversation } from './conversations.ts';
import { type NodeFace, nodeFace } from './ends.ts';
import { addFigures, emptyFigures, type Figures } from './figures.ts';
import { FAILURES, type MapEdge, type MapGraph, type MapGroup, type MapNode } from './types.ts';

/** An edge to a scanned host would name all its ports. */
export const MAX_PORTS = 100;

interface Edge {
  id: string;
  protocol: string;
  source: NodeFace;
  target: NodeFace;
  ports: Set<number>;
  figures: Figures;
}

/** Conversations grouped into nodes and edges. Those in which nothing happened within the window are left out. */
export function buildGraph(
  conversations: Iterable<readonly [Conversation, Figures]>,
  { now, group, limit }: { now: number; group: MapGroup; limit: number },
): MapGraph {
  const edges = new Map<string, Edge>();
  for (const [conversation, figures] of conversations) {
    if (figures.lastSeen === 0 && figures.active === 0) continue;
    const { protocol, client, server, port } = conversation;
    const source = nodeFace(client, group);
    const target = nodeFace(server, group);
    const id = `${protocol}:${source.id}->${target.id}`;
    let edge = edges.get(id);
    if (edge === undefined) {
      edge = { id, protocol, source, target, ports: new Set(), figures: emptyFigures() };
      edges.set(id, edge);
    }
    edge.ports.add(port);
    addFigures(edge.figures, figures);
  }
  const graph = {
    generatedAt: new Date(now).toISOString(),
    group,
    nodes: nodesOf(edges.values()),
    edges: Array.from(edges.values(), edgeOf),
  };
  return sorted(limited(graph, limit));
}

function edgeOf({ id, protocol, source, target, ports, figures }: Edge): MapEdge {
  const { active, opened, closed, failed } = figures;
  const ascending = [...ports].sort((a, b) => a - b).slice(0, MAX_PORTS);
  return {
    id,
    source: source.id,
    target: target.id,
    ...(ascending[0] !== undefined && { port: ascending[0] }),
    ports: ascending,
    protocol,
    connections: { active, opened, closed, failed },
    bytes: { forward: figures.forward, backward: figures.backward },
    rate: { forward: Math.round(figures.rateForward), backward: Math.round(figures.rateBackward) },
    retransmits: figures.retransmits,
    ...(figures.rttCount > 0 && { rttUs: Math.round(figures.rttSum / figures.rttCount) }),
    ...(figures.connectCount > 0 && { connectUs: Math.round(figures.connectSum / figures.connectCount) }),
    lastSeenAt: new Date(figures.lastSeen).toISOString(),
  };
}

function nodesOf(edges: Iterable<Edge>): MapNode[] {
  const nodes = new Map<string, MapNode>();
  for (const { source, target, figures } of edges) {
    const from = nodeOf(nodes, source);
    addConnections(from, figures);
    from.sent.bytes += figures.forward;
    from.received.bytes += figures.backward;
    const to = nodeOf(nodes, target);
    if (to !== from) addConnections(to, figures);
    to.sent.bytes += figures.backward;
    to.received.bytes += figures.forward;
  }
  return [...nodes.values()];
}

function nodeOf(nodes: Map<string, MapNode>, face: NodeFace): MapNode {
  let node = nodes.get(face.id);
  if (node === undefined) {
    node = {
      ...face,
      connections: { active: 0, opened: 0, closed: 0, failed: 0 },
      sent: { bytes: 0 },
      received: { bytes: 0 },
    };
    nodes.set(face.id, node);
  }
  return node;
}

function addConnections({ connections }: MapNode, { active, opened, closed, failed }: Figures): void {
  connections.active += active;
  connections.opened += opened;
  connections.closed += closed;
  for (const reason of FAILURES) connections.failed += failed[reason] ?? 0;
}

/** Keeps the nodes with most bytes and the edges between them. */
function limited(graph: MapGraph, limit: number): MapGraph {
  if (graph.nodes.length <= limit) return graph;
  const nodes = graph.nodes.toSorted((a, b) => bytesOf(b) - bytesOf(a) || order(a, b)).slice(0, limit);
  const ids = new Set(nodes.map(({ id }) => id));
  const edges = graph.edges.filter(({ source, target }) => ids.has(source) && ids.has(target));
  const hidden = { nodes: graph.nodes.length - nodes.length, edges: graph.edges.length - edges.length };
  return { ...graph, nodes, edges, hidden };
}

function sorted(graph: MapGraph): MapGraph {
  graph.nodes.sort(order);
  graph.edges.sort(order);
  return graph;
}

function bytesOf({ sent, received }: MapNode): number {
  return sent.bytes + received.bytes;
}

function order(a: { id: string }, b: { id: string }): number {
  return a.id < b.id ? -1 : Number(a.id > b.id);
}
