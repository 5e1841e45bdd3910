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
import { addFolded, type Conversation, Conversations } from './conversations.ts';
import { addressEnd, type End, namesKey, ownEnd, peerEnd } from './ends.ts';
import { addConnection, emptyFigures, lastSeenAt, openedAt } from './figures.ts';
import { GraphBuilder } from './graph.ts';
import { snapshotOf } from './snapshot.ts';
import type { MapDirectory, MapFlow, MapGraph, MapGroup } from './types.ts';

export interface NetworkMapOptions {
  /** How far back the map can look. */
  windowMs: number;
  /** How long a closed connection waits for reports of its other side. */
  settleMs?: number;
  /** Closed connections that wait; beyond it the oldest waits no longer. */
  maxSettling?: number;
  /** Conversations without an open connection; beyond it the longest idle is forgotten and counted. */
  maxIdle?: number;
  /** Names of Kubernetes that flows do not carry. */
  directory?: MapDirectory | undefined;
}

export interface GraphQuery {
  now: number;
  group: MapGroup;
  /** Of the group `label`. */
  label?: string | undefined;
  /** Nodes in whose place what is inside of them is drawn. */
  expand?: ReadonlySet<string> | undefined;
  /** At most the map's windowMs, which is the default. */
  sinceMs?: number;
  /** Nodes listed, those with most bytes first; the rest is counted as hidden. */
  limit?: number;
}

export const DEFAULT_NODE_LIMIT = 2000;

/**
 * The network map, kept up to date flow by flow. Times are milliseconds since the epoch, given by the caller.
 * Reports of a flow may come in any order and more than once until settleMs after its connection closed.
 */
export class NetworkMap {
  readonly #windowMs: number;
  readonly #settleMs: number;
  readonly #maxSettling: number;
  readonly #conversations: Conversations;
  readonly #directory: MapDirectory | undefined;
  readonly #connections = new Connections();
  /** In the order in which they closed, with the time until which they wait. */
  readonly #settling = new Map<Connection, number>();

  constructor(options: NetworkMapOptions) {
    const { windowMs, settleMs = 10_000, maxSettling = 65_536, maxIdle = 16_384, directory } = options;
    this.#directory = directory;
    this.#windowMs = windowMs;
    this.#settleMs = settleMs;
    this.#maxSettling = maxSettling;
    this.#conversations = new Conversations({ windowMs, maxIdle });
  }

  /** Flows that are tracked one by one, conversations, those of them that are idle, and those that made room. */
  get counts(): { flows: number; conversations: number; idle: number; evicted: number } {
    const { size, idle, evicted } = this.#conversations;
    return { flows: this.#connections.flows, conversations: size, idle, evicted };
  }

  update(flow: MapFlow, now: number): void {
    const place = placeOf(flow);
    const { side } = place;
    const snapshot = snapshotOf(flow);
    let connection = this.#connections.find(place, flow.id);
    if (connection !== undefined) {
      this.#connections.mergeSide(connection, side, snapshot);
    } else {
      this.#removeAt(untranslatedPlaceOf(flow), flow.id);
      connection = this.#connections.partner(place, snapshot) ?? this.#open(flow, place);
      this.#connections.addSide(connection, side, { id: flow.id, snapshot });
    }
    this.#identify(connection, side, flow);
    this.#settleLater(connection, now);
  }

  /** Forgets a flow as if it had never been seen. */
  remove(flow: MapFlow): void {
    this.#removeAt(placeOf(flow), flow.id);
    this.#removeAt(untranslatedPlaceOf(flow), flow.id);
  }

  /** Whether the flow would be the second side of a connection of the map. */
  expects(flow: MapFlow): boolean {
    return this.#connections.partner(placeOf(flow), snapshotOf(flow)) !== undefined;
  }

  /** Lets time pass: folds closed connections that waited long enough and forgets what left the window. */
  sweep(now: number): void {
    for (const [connection, until] of this.#settling) {
      if (until > now) break;
      this.#settle(connection);
    }
    this.#conversations.expire(now);
  }

  graph(query: GraphQuery): MapGraph {
    const { now, group, label, expand, sinceMs = this.#windowMs, limit = DEFAULT_NODE_LIMIT } = query;
    const window = { from: now - sinceMs, now };
    const oldestBucket = Math.floor(window.from / this.#conversations.bucketMs);
    const builder = new GraphBuilder(group, { label, expand, directory: this.#directory });
    for (const conversation of this.#conversations) {
      const edge = builder.edge(conversation);
      if (addFolded(edge.figures, conversation, oldestBucket)) edge.ports.push(conversation.port);
    }
    for (const connection of this.#connections) {
      const { figures, ports } = builder.edge(connection.conversation);
      const counts = addConnection(figures, this.#connections.sides(connection), window);
      if (counts && ports.at(-1) !== connection.conversation.port) ports.push(connection.conversation.port);
    }
    return builder.build({ now, limit });
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
      settling: false,
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
    if (connection[other] >= 0) return;
    const { domain, kubernetes } = flow.dest;
    const { domain: called, names } = endOf(connection, other);
    const isNewName = domain !== undefined && called !== domain;
    const isNewPod =
      kubernetes !== undefined && (names === undefined || namesKey(names) !== namesKey(kubernetes));
    if (isNewName || isNewPod) this.#setEnd(connection, other, peerEnd(flow));
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
    if (this.#settling.size > this.#maxSettling) {
      const [oldest] = this.#settling.keys();
      if (oldest !== undefined) this.#settle(oldest);
    }
  }

  #settle(connection: Connection): void {
    const sides = this.#connections.sides(connection);
    const figures = emptyFigures();
    addConnection(figures, sides, { from: 0, now: Number.POSITIVE_INFINITY });
    const { conversation } = connection;
    if (figures.opened > 0) {
      this.#conversations.fold(conversation, { ...emptyFigures(), opened: figures.opened }, openedAt(sides));
      figures.opened = 0;
    }
    this.#conversations.fold(conversation, figures, lastSeenAt(sides));
    this.#forget(connection);
  }

  #forget(connection: Connection): void {
    this.#settling.delete(connection);
    this.#connections.unlink(connection);
    this.#conversations.leave(connection.conversation);
  }
}
