import {
  type Connection,
  clientOf,
  endOf,
  type Orientation,
  opposite,
  type Place,
  placeOf,
  untranslatedPlaceOf,
} from './connection.ts';
import { Connections } from './connections.ts';
import { type Conversation, Conversations } from './conversations.ts';
import { addDns } from './dns.ts';
import { type Drawn, drawGraph, type GraphQuery } from './draw.ts';
import { addressEnd, type End, namesKey, ownEnd, peerEnd } from './ends.ts';
import type { FaceOptions } from './faces.ts';
import { addNew, countedNow, type FiguresAt, lastSeenAt, openedAt, type Sides } from './sides.ts';
import { type Snapshot, snapshotOf } from './snapshot.ts';
import { atOnce, type Steps } from './steps.ts';
import { drawTimeline, type TimelineQuery } from './timeline.ts';
import type { MapDirectory, MapDnsQuery, MapFlow, MapGraph, MapSaturation, MapTimeline } from './types.ts';

export interface NetworkMapOptions {
  /** How far back the map can look. */
  windowMs: number;
  /** How long a closed connection waits for reports of its other side. */
  settleMs?: number;
  /** Closed connections that wait; beyond it the oldest waits no longer. */
  maxSettling?: number;
  /** Conversations without an open connection; beyond it the longest idle is forgotten and counted. */
  maxIdle?: number;
  /** Memory for what conversations did earlier; beyond it the map looks back less far. */
  maxBytes?: number;
  /** Names of Kubernetes that flows do not carry. */
  directory?: MapDirectory | undefined;
  /** What the network of an address is called. */
  network?: FaceOptions['network'];
  /** What a container uses now. */
  saturation?: ((container: string) => MapSaturation | undefined) | undefined;
}

/**
 * The network map, kept up to date flow by flow. Times are milliseconds since the epoch, given by the caller.
 * Reports of a flow may come in any order and more than once until settleMs after its connection closed.
 */
export class NetworkMap {
  readonly #options: NetworkMapOptions & { windowMs: number };
  readonly #settleMs: number;
  readonly #maxSettling: number;
  readonly #conversations: Conversations;
  readonly #connections = new Connections();
  /** In the order in which they closed, with the time until which they wait. */
  readonly #settling = new Map<Connection, number>();

  constructor(options: NetworkMapOptions) {
    const { windowMs, settleMs = 10_000, maxSettling = 65_536, maxIdle = 16_384 } = options;
    const { maxBytes = Number.POSITIVE_INFINITY } = options;
    this.#options = options;
    this.#settleMs = settleMs;
    this.#maxSettling = maxSettling;
    this.#conversations = new Conversations({ windowMs, maxIdle, maxBytes });
  }

  /** Flows that are tracked one by one, conversations, those of them that are idle, and those that made room. */
  get counts(): { flows: number; conversations: number; idle: number; evicted: number } {
    const { size, idle, evicted } = this.#conversations;
    return { flows: this.#connections.flows, conversations: size, idle, evicted };
  }

  /** Memory for what conversations did earlier, and time slots that made room before they left the window. */
  get history(): { bytes: number; forgotten: number } {
    const { bytes, forgotten } = this.#conversations.slots;
    return { bytes, forgotten };
  }

  /** The earliest time of which there may be figures. */
  oldest(now: number): number {
    const { slots } = this.#conversations;
    return Math.max(now - this.#options.windowMs, slots.first * slots.slotMs);
  }

  update(flow: MapFlow, now: number): void {
    const place = placeOf(flow);
    const { side } = place;
    const snapshot = snapshotOf(flow);
    let connection = this.#connections.find(place, flow.id);
    if (connection !== undefined) {
      this.#countEarlier(connection, snapshot);
      this.#connections.mergeSide(connection, side, snapshot);
    } else {
      const called = untranslatedPlaceOf(flow);
      this.#removeAt(called, flow.id);
      connection = this.#connections.partner(place, snapshot) ?? this.#open(flow, place);
      if (called !== undefined) this.#connections.call(connection, called);
      this.#connections.addSide(connection, side, { id: flow.id, snapshot });
      // What it carried before, at times that nobody knows, belongs to no window.
      if (snapshot.opened === 0 && snapshot.closed === 0) {
        connection.counted = countedNow(this.#connections.sides(connection), connection.counted);
      }
    }
    this.#identify(connection, side, flow);
    if (place.protocol === 'udp') this.#shareEnds(connection, place, snapshot);
    this.#settleLater(connection, now);
  }

  /** Forgets a flow as if it had never been seen. */
  remove(flow: MapFlow): void {
    this.#removeAt(placeOf(flow), flow.id);
    this.#removeAt(untranslatedPlaceOf(flow), flow.id);
  }

  /** Nothing more will be known of the flow: what it did stays counted, but it is open no longer. */
  lose(flow: MapFlow): void {
    for (const place of [placeOf(flow), untranslatedPlaceOf(flow)]) {
      const connection = place && this.#connections.find(place, flow.id);
      if (connection === undefined) continue;
      const { counted } = connection;
      const sides = this.#connections.sides(connection);
      const now = countedNow(sides, counted);
      if (counted === undefined || now.forward + now.backward > counted.forward + counted.backward) {
        this.#count(connection, sides);
        connection.counted = now;
      }
      this.#removeAt(place, flow.id);
    }
  }

  /** Whether the flow is a side of a connection of the map, or would be its second one. */
  expects(flow: MapFlow): boolean {
    const place = placeOf(flow);
    if (!this.#connections.mayHave(place)) return false;
    const known = this.#connections.find(place, flow.id);
    return (known ?? this.#connections.partner(place, snapshotOf(flow))) !== undefined;
  }

  /** Lets time pass: folds closed connections that waited long enough and forgets what left the window. */
  sweep(now: number): void {
    for (const [connection, until] of this.#settling) {
      // What would wait for longer closed before the clock was set back.
      if (until > now && until <= now + this.#settleMs) break;
      this.#settle(connection);
    }
    this.#conversations.expire(now);
  }

  /** Counts a DNS transaction, once, for the conversation that its question was a part of. */
  dns(query: MapDnsQuery): void {
    const { transport, netns, source, server, process, container, kubernetes } = query;
    const none = { bytes: 0 };
    const flow: MapFlow = {
      ...{ id: '', protocol: transport, role: 'client', state: 'established', sent: none, received: none },
      ...{ netns, source, dest: server, process, container, kubernetes },
    };
    const client = this.#connections.at(placeOf(flow))?.conversation;
    const { port } = server;
    const found = client ?? { protocol: transport, client: ownEnd(flow), server: peerEnd(flow), port };
    const conversation = this.#conversations.enter(found);
    const figures = this.#conversations.figures(conversation, query.askedMs);
    if (figures !== undefined) addDns(figures, query);
    this.#conversations.leave(conversation);
  }

  graph(query: GraphQuery): MapGraph {
    return atOnce(this.drawing(query));
  }

  /** The steps of the same, for a map that does not change meanwhile. */
  drawing(query: GraphQuery): Steps<MapGraph> {
    const { windowMs, directory, network, saturation } = this.#options;
    return drawGraph({ ...query, windowMs, directory, network, saturation }, this.#drawn);
  }

  timeline(query: TimelineQuery): MapTimeline {
    return drawTimeline({ ...query, oldest: this.oldest(query.now) }, this.#drawn);
  }

  get #drawn(): Drawn {
    return { connections: this.#connections, conversations: this.#conversations };
  }

  /** When a report is of a later time slot, what came before it is of the earlier one. */
  #countEarlier(connection: Connection, { lastSeen }: Snapshot): void {
    const { slots } = this.#conversations;
    const sides = this.#connections.sides(connection);
    if (slots.slotOf(lastSeen) <= slots.slotOf(lastSeenAt(sides)) || this.#connections.isClosed(connection))
      return;
    const counted = countedNow(sides, connection.counted);
    // It may not be established yet, and then it has not been opened.
    if (counted.forward + counted.backward === 0) return;
    this.#count(connection, sides);
    connection.counted = counted;
  }

  #count({ conversation, counted }: Connection, sides: Sides): void {
    const at: FiguresAt = (time) => this.#conversations.figures(conversation, time);
    addNew(at, sides, { counted, slotMs: this.#conversations.slots.slotMs });
  }

  #removeAt(place: Place | undefined, id: string): void {
    const connection = place && this.#connections.find(place, id);
    if (place === undefined || connection === undefined) return;
    const { side } = place;
    if (connection[opposite(side)] < 0) {
      this.#forget(connection);
      return;
    }
    this.#connections.removeSide(connection, side);
    const { ip, netns } = endOf(connection, side);
    this.#setEnd(connection, side, addressEnd({ ip }, netns));
  }

  #open(flow: MapFlow, place: Place): Connection {
    const { side, protocol, lowIp, lowPort, highIp, highPort, scope, hash } = place;
    const { client, certain } = clientOf(flow, side);
    const own = ownEnd(flow);
    const peer = peerEnd(flow);
    const connection = {
      lowIp,
      lowPort,
      highIp,
      highPort,
      scope,
      hash,
      low: -1,
      high: -1,
      client,
      certain,
      conversation: this.#conversations.enter({
        protocol,
        client: client === side ? own : peer,
        server: client === side ? peer : own,
        port: client === 'low' ? highPort : lowPort,
      }),
      counted: undefined,
      settling: false,
      calledAt: undefined,
      next: undefined,
    };
    this.#connections.link(connection);
    return connection;
  }

  /** Takes over what a report newly says about who the ends are and who opened the connection. */
  #identify(connection: Connection, side: Orientation, flow: MapFlow): void {
    if (!connection.certain) {
      const { client, certain } = clientOf(flow, side);
      connection.certain = certain;
      if (certain && client !== connection.client) this.#turn(connection);
    }
    const known = endOf(connection, side);
    // A domain is what the other side called this end.
    const isOwner =
      known.domain === undefined && (known.names === undefined || known.container !== undefined);
    const own = ownEnd(flow, isOwner ? known : undefined);
    if (own !== known) this.#setEnd(connection, side, own);

    const other = opposite(side);
    const { domain: called, names, comm, container } = endOf(connection, other);
    if (connection[other] >= 0 || (comm ?? container) !== undefined) return;
    const { domain, kubernetes } = flow.dest;
    const isNewName = domain !== undefined && called !== domain;
    const isNewPod =
      kubernetes !== undefined && (names === undefined || namesKey(names) !== namesKey(kubernetes));
    if (isNewName || isNewPod) this.#setEnd(connection, other, peerEnd(flow));
  }

  /** The side that a connection lacks may have been taken for another one's. */
  #shareEnds(connection: Connection, place: Place, snapshot: Snapshot): void {
    for (const { connection: beside, side } of this.#connections.beside(connection, place, snapshot)) {
      if (connection[side] < 0) this.#setEnd(connection, side, endOf(beside, side));
      const other = opposite(side);
      if (beside[other] < 0 && connection[other] >= 0) {
        this.#setEnd(beside, other, endOf(connection, other));
      }
    }
  }

  #turn(connection: Connection): void {
    const { client: server, server: client, protocol } = connection.conversation;
    connection.client = opposite(connection.client);
    this.#move(connection, { protocol, client, server });
  }

  #setEnd(connection: Connection, side: Orientation, end: End): void {
    const { protocol, client, server } = connection.conversation;
    const isClient = side === connection.client;
    this.#move(connection, { protocol, client: isClient ? end : client, server: isClient ? server : end });
  }

  #move(connection: Connection, to: Pick<Conversation, 'protocol' | 'client' | 'server'>): void {
    const from = connection.conversation;
    const port = connection.client === 'low' ? connection.highPort : connection.lowPort;
    connection.conversation = this.#conversations.enter({ ...to, port });
    this.#conversations.leave(from);
  }

  #settleLater(connection: Connection, now: number): void {
    const closed = this.#connections.isClosed(connection);
    if (closed === connection.settling) return;
    connection.settling = closed;
    // The second side may turn up open after the first one closed.
    if (!closed) this.#settling.delete(connection);
    else this.#settling.set(connection, now + this.#settleMs);
    if (this.#settling.size > this.#maxSettling) this.#settleOldest();
  }

  /** Some at once: the first of a Map is found past all that were deleted of late. */
  #settleOldest(): void {
    const left = this.#maxSettling - (this.#maxSettling >> 6);
    for (const connection of this.#settling.keys()) {
      if (this.#settling.size <= left) return;
      this.#settle(connection);
    }
  }

  #settle(connection: Connection): void {
    const sides = this.#connections.sides(connection);
    const { conversation } = connection;
    this.#count(connection, sides);
    const opened = openedAt(sides);
    if (opened > 0) this.#conversations.figures(conversation, opened)?.add('began', 1);
    this.#forget(connection);
  }

  #forget(connection: Connection): void {
    this.#settling.delete(connection);
    this.#connections.unlink(connection);
    this.#conversations.leave(connection.conversation);
  }
}
