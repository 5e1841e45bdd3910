import { addressEnd, type End, isLoopback, ownEnd } from '../../map/ends.ts';
import { type FaceOptions, innerFace, networkFace, OTHERS } from '../../map/faces.ts';
import { networksOf } from '../../map/gather.ts';
import type { MapEdge, MapGroup } from '../../map/types.ts';
import type { Selection } from '../graph/focus.ts';
import type { GraphState } from '../graph/state.ts';
import type { Flow, FlowEnd } from './flow.ts';
import { isOutside, observedEnd } from './query.ts';

/**
 * Finds which nodes and edges of a map a flow record belongs to. A record knows who is at its own end; of the other
 * end it knows the address, and who is there only when that side's record is in the list too.
 */
export class FlowIndex {
  readonly #sides = new Map<string, Flow>();
  readonly #graph: GraphState;
  readonly #group: MapGroup;
  readonly #faces: FaceOptions;

  constructor(
    flows: Iterable<Flow>,
    map: { graph: GraphState; group: MapGroup; expanded?: readonly string[] },
  ) {
    this.#graph = map.graph;
    this.#group = map.group;
    this.#faces = { label: map.graph.label, expand: new Set(map.expanded) };
    for (const flow of flows) this.#sides.set(sideKey(flow, flow.source, flow.dest), flow);
  }

  /**
   * Is the flow part of what is selected? A connection that is recorded at both ends is so once: by its record at the
   * selected node, or at the observed end of the selected edge.
   */
  belongs(flow: Flow, { kind, id }: Selection): boolean {
    const edge = this.edgeOf(flow);
    if (kind === 'edge' && edge?.id !== id) return false;
    const at = kind === 'node' || edge === undefined ? id : observedEnd(edge, this.#graph.nodes);
    if (this.#own(flow) === at) return true;
    const peer = this.#peer(flow);
    const otherEnd = edge?.source === this.#own(flow) ? edge.target : edge?.source;
    return !peer.seen && (peer.id === at || otherEnd === at);
  }

  /** The edge that a row stands for; undefined when its connection has left the map. */
  edgeOf(flow: Flow): MapEdge | undefined {
    const own = this.#own(flow);
    const peer = this.#peer(flow);
    const isServer = flow.role === 'server' || (flow.role === undefined && flow.direction === 'incoming');
    const port = isServer ? flow.source.port : flow.dest.port;
    let likely: MapEdge | undefined;
    for (const edge of this.#graph.edges.values()) {
      const [ownId, peerId] = isServer ? [edge.target, edge.source] : [edge.source, edge.target];
      if (ownId !== own || edge.protocol !== flow.protocol) continue;
      if (peerId === peer.id) return edge;
      // The other side's record is not in the list, but the agent may have seen it and named its owner.
      if (!peer.seen && edge.ports.includes(port) && !isOutside(this.#graph.nodes.get(peerId)))
        likely ??= edge;
    }
    return likely;
  }

  #own(flow: Flow): string {
    return this.#nodeOf(ownEnd(flow));
  }

  #peer(flow: Flow): { id: string; seen: boolean } {
    const side = this.#sides.get(sideKey(flow, flow.dest, flow.source));
    const end = side === undefined ? addressEnd(flow.dest, flow.netns) : ownEnd(side);
    return { id: this.#nodeOf(end), seen: side !== undefined };
  }

  /** An address that is not a node of the map may be gathered in one. */
  #nodeOf(end: End): string {
    const { id, kind } = innerFace(end, this.#group, this.#faces);
    const { nodes } = this.#graph;
    if (kind !== 'address' || nodes.has(id)) return id;
    const gathered = [...networksOf(end.ip).map(networkFace), OTHERS].find((face) => nodes.has(face.id));
    return gathered?.id ?? id;
  }
}

/** Names one side of a connection by its ends. A loopback address means something only within one namespace. */
function sideKey({ protocol, netns }: Flow, own: FlowEnd, peer: FlowEnd): string {
  const scope = isLoopback(own.ip) || isLoopback(peer.ip) ? netns : undefined;
  return JSON.stringify([protocol, scope, own.ip, own.port, peer.ip, peer.port]);
}
