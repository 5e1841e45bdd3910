import type { Conversation } from './conversations.ts';
import type { End } from './ends.ts';
import { type FaceOptions, innerFace, type NodeFace } from './faces.ts';
import { emptyFigures, type Figures } from './figures.ts';
import { FAILURES, type MapEdge, type MapGraph, type MapGroup, type MapNode } from './types.ts';

/** An edge to a scanned host would name all its ports. */
export const MAX_PORTS = 100;

/** Large services answer with another few addresses each time. */
export const MAX_ADDRESSES = 20;

interface Edge {
  id: string;
  protocol: string;
  source: NodeFace;
  target: NodeFace;
  /** Of the conversations that have figures, some more than once: an edge without ports is none. */
  ports: number[];
  figures: Figures;
}

/** Adds up what conversations carried, by the nodes that their ends belong to. */
export class GraphBuilder {
  readonly #group: MapGroup;
  readonly #byConversation = new Map<Conversation, Edge>();
  readonly #byId = new Map<string, Edge>();
  /** Of domains, by the node's id. */
  readonly #addresses = new Map<string, Set<string>>();
  readonly #faces: FaceOptions;

  constructor(group: MapGroup, faces: FaceOptions) {
    this.#group = group;
    this.#faces = faces;
  }

  /** Where the figures of the conversation go; who adds some adds its port. */
  edge(conversation: Conversation): Edge {
    let edge = this.#byConversation.get(conversation);
    if (edge !== undefined) return edge;
    const { protocol, client, server } = conversation;
    const source = this.#face(client);
    const target = this.#face(server);
    const id = `${protocol}:${source.id}->${target.id}`;
    edge = this.#byId.get(id);
    if (edge === undefined) {
      edge = { id, protocol, source, target, ports: [], figures: emptyFigures() };
      this.#byId.set(id, edge);
    }
    this.#byConversation.set(conversation, edge);
    return edge;
  }

  /** The nodes with most bytes, at most `limit`, and the edges between them. */
  build({ now, limit }: { now: number; limit: number }): MapGraph {
    const edges = [...this.#byId.values()].filter(({ ports }) => ports.length > 0);
    const { nodes, total } = largest(bytesByNode(edges), limit);
    const shown = edges.filter(({ source, target }) => nodes.has(source.id) && nodes.has(target.id));
    const hidden = { nodes: total - nodes.size, edges: edges.length - shown.length };
    return {
      generatedAt: new Date(now).toISOString(),
      group: this.#group,
      ...(this.#faces.label !== undefined && { label: this.#faces.label }),
      nodes: nodesOf(edges, nodes)
        .map((node) => this.#addressed(node))
        .sort(order),
      edges: shown.map(edgeOf).sort(order),
      ...(hidden.nodes > 0 && { hidden }),
    };
  }

  #face(end: End): NodeFace {
    const face = innerFace(end, this.#group, this.#faces);
    if (face.kind !== 'domain') return face;
    const addresses = this.#addresses.get(face.id);
    if (addresses === undefined) this.#addresses.set(face.id, new Set([end.ip]));
    else addresses.add(end.ip);
    return face;
  }

  #addressed(node: MapNode): MapNode {
    const addresses = this.#addresses.get(node.id);
    return addresses === undefined
      ? node
      : { ...node, addresses: [...addresses].sort().slice(0, MAX_ADDRESSES) };
  }
}

function bytesByNode(edges: readonly Edge[]): Map<string, number> {
  const bytes = new Map<string, number>();
  for (const { source, target, figures } of edges) {
    const carried = figures.forward + figures.backward;
    bytes.set(source.id, (bytes.get(source.id) ?? 0) + carried);
    bytes.set(target.id, (bytes.get(target.id) ?? 0) + carried);
  }
  return bytes;
}

function largest(bytes: Map<string, number>, limit: number): { nodes: Set<string>; total: number } {
  if (bytes.size <= limit) return { nodes: new Set(bytes.keys()), total: bytes.size };
  const sorted = [...bytes].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return { nodes: new Set(sorted.slice(0, limit).map(([id]) => id)), total: bytes.size };
}

function edgeOf({ id, protocol, source, target, ports, figures }: Edge): MapEdge {
  const { active, opened, closed, failed } = figures;
  const ascending = [...new Set(ports)].sort((a, b) => a - b).slice(0, MAX_PORTS);
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

/** The figures of a node are those of all its edges, also the ones to nodes that are not shown. */
function nodesOf(edges: Iterable<Edge>, shown: ReadonlySet<string>): MapNode[] {
  const nodes = new Map<string, MapNode>();
  for (const { source, target, figures } of edges) {
    const { forward, backward } = figures;
    if (shown.has(source.id)) addTraffic(nodes, source, { figures, sent: forward, received: backward });
    if (!shown.has(target.id)) continue;
    const isLoop = source.id === target.id;
    addTraffic(nodes, target, { figures: isLoop ? undefined : figures, sent: backward, received: forward });
  }
  return [...nodes.values()];
}

function addTraffic(
  nodes: Map<string, MapNode>,
  face: NodeFace,
  { figures, sent, received }: { figures: Figures | undefined; sent: number; received: number },
): void {
  let node = nodes.get(face.id);
  if (node === undefined) {
    const connections = { active: 0, opened: 0, closed: 0, failed: 0 };
    node = { ...face, connections, sent: { bytes: 0 }, received: { bytes: 0 } };
    nodes.set(face.id, node);
  }
  node.sent.bytes += sent;
  node.received.bytes += received;
  if (figures === undefined) return;
  const { connections } = node;
  connections.active += figures.active;
  connections.opened += figures.opened;
  connections.closed += figures.closed;
  for (const reason of FAILURES) connections.failed += figures.failed[reason] ?? 0;
}

function order(a: { id: string }, b: { id: string }): number {
  return a.id < b.id ? -1 : Number(a.id > b.id);
}
