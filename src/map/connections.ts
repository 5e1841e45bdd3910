import { type Connection, haveSameEnds, isAt, type Orientation, opposite, type Place } from './connection.ts';
import { isClosed, type Sides } from './sides.ts';
import type { Snapshot } from './snapshot.ts';
import { SnapshotCursor, SnapshotTable } from './snapshot-table.ts';

/** The reports of the two sides of a connection may differ by this much in when it was open. */
const OVERLAP_SLACK_MS = 1000;

/** The connections that are tracked one by one, found by either side. */
export class Connections {
  readonly #byHash = new Map<number, Connection>();
  /** Of clients behind NAT, the latest by the hash of the place where each takes its server to be. */
  readonly #byCalled = new Map<number, { connection: Connection; place: Place }>();
  readonly #snapshots = new SnapshotTable();
  readonly #client = new SnapshotCursor(this.#snapshots);
  readonly #server = new SnapshotCursor(this.#snapshots);

  /** Sides in all connections. */
  get flows(): number {
    return this.#snapshots.size;
  }

  *[Symbol.iterator](): IterableIterator<Connection> {
    for (const first of this.#byHash.values()) {
      for (let each: Connection | undefined = first; each; each = each.next) yield each;
    }
  }

  /** False when there is nothing at the place, whichever side it is seen from. */
  mayHave(place: Place): boolean {
    return this.#byHash.has(place.hash);
  }

  /** The connection that the flow `id` is a side of already. */
  find(place: Place, id: string): Connection | undefined {
    let connection = this.#byHash.get(place.hash);
    while (connection && this.#snapshots.id(connection[place.side]) !== id) connection = connection.next;
    return connection;
  }

  /** A connection at the place, whichever side it is seen from, or one that its client takes to be there. */
  at(place: Place): Connection | undefined {
    let connection = this.#byHash.get(place.hash);
    while (connection && !isAt(connection, place)) connection = connection.next;
    return connection ?? this.#calledAt(place);
  }

  /** Makes it known where the client takes the server to be. */
  call(connection: Connection, place: Place): void {
    connection.calledAt = place.hash;
    this.#byCalled.set(place.hash, { connection, place });
  }

  /** Of the connections that lack this side, the one that was open when the flow was and opened closest to it. */
  partner(place: Place, own: Snapshot): Connection | undefined {
    let best: Connection | undefined;
    let bestDistance = Number.POSITIVE_INFINITY;
    for (let candidate = this.#byHash.get(place.hash); candidate; candidate = candidate.next) {
      const slot = candidate[opposite(place.side)];
      if (candidate[place.side] >= 0 || slot < 0 || !isAt(candidate, place)) continue;
      const other = this.#client.at(slot);
      const distance = Math.abs(own.opened - other.opened);
      if (overlap(own, other) && distance < bestDistance) {
        best = candidate;
        bestDistance = distance;
      }
    }
    return best;
  }

  /**
   * Others at the place that were open when the flow was: by which of their sides they are seen. Only of UDP are there
   * any, where a server has one conversation with an address, and one client after the other may use that.
   */
  *beside(
    connection: Connection,
    place: Place,
    own: Snapshot,
  ): Generator<{ connection: Connection; side: Orientation }> {
    for (let each = this.#byHash.get(place.hash); each; each = each.next) {
      if (each === connection || !isAt(each, place)) continue;
      for (const side of ['low', 'high'] as const) {
        if (each[side] >= 0 && overlap(own, this.#client.at(each[side]))) yield { connection: each, side };
      }
    }
  }

  link(connection: Connection): void {
    connection.next = this.#byHash.get(connection.hash);
    this.#byHash.set(connection.hash, connection);
  }

  unlink(connection: Connection): void {
    this.removeSide(connection, 'low');
    this.removeSide(connection, 'high');
    const { calledAt } = connection;
    if (calledAt !== undefined && this.#byCalled.get(calledAt)?.connection === connection)
      this.#byCalled.delete(calledAt);
    const first = this.#byHash.get(connection.hash);
    if (first === connection) {
      if (connection.next === undefined) this.#byHash.delete(connection.hash);
      else this.#byHash.set(connection.hash, connection.next);
      return;
    }
    let before = first;
    while (before && before.next !== connection) before = before.next;
    if (before) before.next = connection.next;
  }

  addSide(connection: Connection, side: Orientation, flow: { id: string; snapshot: Snapshot }): void {
    connection[side] = this.#snapshots.add(flow.id, flow.snapshot);
  }

  mergeSide(connection: Connection, side: Orientation, snapshot: Snapshot): void {
    this.#snapshots.merge(connection[side], snapshot);
  }

  removeSide(connection: Connection, side: Orientation): void {
    if (connection[side] < 0) return;
    this.#snapshots.delete(connection[side]);
    connection[side] = -1;
  }

  /** Valid until the next call. */
  sides(connection: Connection): Sides {
    const client = connection[connection.client];
    const server = connection[opposite(connection.client)];
    return {
      client: client < 0 ? undefined : this.#client.at(client),
      server: server < 0 ? undefined : this.#server.at(server),
    };
  }

  isClosed(connection: Connection): boolean {
    return isClosed(this.sides(connection));
  }

  #calledAt(place: Place): Connection | undefined {
    const called = this.#byCalled.get(place.hash);
    const isIt = called && called.place.protocol === place.protocol && haveSameEnds(called.place, place);
    return isIt ? called.connection : undefined;
  }
}

function overlap(a: Snapshot, b: Snapshot): boolean {
  const endOfA = a.closed || Number.POSITIVE_INFINITY;
  const endOfB = b.closed || Number.POSITIVE_INFINITY;
  return a.opened <= endOfB + OVERLAP_SLACK_MS && b.opened <= endOfA + OVERLAP_SLACK_MS;
}
