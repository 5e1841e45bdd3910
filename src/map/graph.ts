import type { Conversation } from './conversations.ts';
import { type Edge, edgeId, edgeOf } from './edges.ts';
import type { End } from './ends.ts';
import { type FaceOptions, innerFace, type NodeFace } from './faces.ts';
import { Figures } from './figures.ts';
import { addTo, gather } from './gather.ts';
import { nodesOf } from './nodes.ts';
import { addedSaturation } from './saturation.ts';
import type { MapGraph, MapGroup, MapNode, MapSaturation } from './types.ts';
import { type TimeWindow, writtenWindow } from './window.ts';

/** Large services answer with another few addresses each time. */
export const MAX_ADDRESSES = 20;

interface BuildOptions {
  now: number;
  limit: number;
  /** Nodes that may be left of the addresses; undefined = all of them. */
  gather: number | undefined;
  window: TimeWindow;
  /** Of a container. */
  saturation: ((container: string) => MapSaturation | undefined) | undefined;
}

/** Adds up what conversations carried, by the nodes that their ends belong to. */
export class GraphBuilder {
  readonly #group: MapGroup;
  readonly #byConversation = new Map<Conversation, Edge>();
  readonly #byId = new Map<string, Edge>();
  /** What nodes consist of, by their ids: containers, and the addresses of domains and networks. */
  readonly #containers = new Map<string, Set<string>>();
  readonly #addresses = new Map<string, Set<string>>();
  readonly #faces: FaceOptions;

  constructor(group: MapGroup, faces: FaceOptions) {
    this.#group = group;
    this.#faces = faces;
  }

  /** Where the figures of the conversation go. Asked for, it is a part of the graph. */
  figures(conversation: Conversation): Figures {
    let edge = this.#byConversation.get(conversation);
    if (edge === undefined) {
      edge = this.#edge(conversation);
      edge.ports.add(conversation.port);
      this.#byConversation.set(conversation, edge);
    }
    return edge.figures;
  }

  /** The nodes with most bytes, at most `limit`, and the edges between them. */
  build({ now, limit, gather: addresses, window, saturation }: BuildOptions): MapGraph {
    const edges = this.#gathered(addresses);
    const { nodes: shown, total } = largest(bytesByNode(edges), limit);
    const inside = edges.filter(({ source, target }) => shown.has(source.id) && shown.has(target.id));
    const hidden = { nodes: total - shown.size, edges: edges.length - inside.length };
    const nodes = nodesOf(edges, { shown, window });
    return {
      generatedAt: new Date(now).toISOString(),
      window: writtenWindow(window, now),
      group: this.#group,
      ...(this.#faces.label !== undefined && { label: this.#faces.label }),
      nodes: nodes.map((node) => this.#completed(node, saturation)).sort(order),
      edges: inside.map((edge) => edgeOf(edge, window)).sort(order),
      ...(hidden.nodes > 0 && { hidden }),
    };
  }

  #edge({ protocol, client, server }: Conversation): Edge {
    const source = this.#face(client);
    const target = this.#face(server);
    const id = edgeId(protocol, source, target);
    let edge = this.#byId.get(id);
    if (edge === undefined) {
      edge = { id, protocol, source, target, ports: new Set(), figures: new Figures() };
      this.#byId.set(id, edge);
    }
    return edge;
  }

  #gathered(limit: number | undefined): Edge[] {
    const edges = [...this.#byId.values()];
    if (limit === undefined) return edges;
    const gathered = gather(edges, { limit, expand: this.#faces.expand });
    for (const [id, ips] of gathered.members) this.#addresses.set(id, ips);
    return gathered.edges;
  }

  #face(end: End): NodeFace {
    const face = innerFace(end, this.#group, this.#faces);
    if (end.container !== undefined) addTo(this.#containers, face.id, end.container);
    else if (face.kind === 'domain' || face.kind === 'network') addTo(this.#addresses, face.id, end.ip);
    return face;
  }

  #completed(node: MapNode, saturationOf: BuildOptions['saturation']): MapNode {
    const addresses = this.#addresses.get(node.id);
    const containers = saturationOf === undefined ? undefined : this.#containers.get(node.id);
    const saturation = addedSaturation(Array.from(containers ?? [], (id) => saturationOf?.(id)));
    return {
      ...node,
      ...(node.kind === 'network' && { detail: { members: addresses?.size ?? 0 } }),
      ...(addresses !== undefined && { addresses: [...addresses].sort().slice(0, MAX_ADDRESSES) }),
      ...(saturation !== undefined && { saturation }),
    };
  }
}

function bytesByNode(edges: readonly Edge[]): Map<string, number> {
  const bytes = new Map<string, number>();
  for (const { source, target, figures } of edges) {
    const carried = figures.count('forward') + figures.count('backward');
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

function order(a: { id: string }, b: { id: string }): number {
  return a.id < b.id ? -1 : Number(a.id > b.id);
}
