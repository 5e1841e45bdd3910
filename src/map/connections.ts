import { type Connection, connectionKey, type Orientation, opposite, orientationOf } from './connection.ts';
import { isClosed, type Sides } from './figures.ts';
import { type Snapshot, snapshotOf } from './snapshot.ts';
import { SnapshotTable } from './snapshot-table.ts';
import type { MapFlow } from './types.ts';

/** The reports of the two sides of a connection may differ by this much in when it was open. */
const OVERLAP_SLACK_MS = 1000;

/** The connections that are tracked one by one, found by either side. */
export class Connections {
  readonly #byKey = new Map<string, Connection>();
  readonly #snapshots = new SnapshotTable();

  /** Sides in all connections. */
  get flows(): number {
    return this.#snapshots.size;
  }

  *[Symbol.iterator](): IterableIterator<Connection> {
    for (const first of this.#byKey.values()) {
      for (let each: Connection | undefined = first; each; each = each.next) yield each;
    }
  }

  /** The connection that this flow is a side of already. */
  find(flow: MapFlow): Connection | undefined {
    const side = orientationOf(flow);
    let connection = this.#byKey.get(connectionKey(flow));
    while (connection && this.#snapshots.id(connection[side]) !== flow.id) connection = connection.next;
    return connection;
  }

  /** Of the connections that lack this side, the one that was open when the flow was and opened closest to it. */
  partner(flow: MapFlow): Connection | undefined {
    let best: Connection | undefined;
    let bestDistance = Number.POSITIVE_INFINITY;
    const side = orientationOf(flow);
    const own = snapshotOf(flow);
    for (let candidate = this.#byKey.get(connectionKey(flow)); candidate; candidate = candidate.next) {
      const slot = candidate[opposite(side)];
      if (candidate[side] >= 0 || slot < 0) continue;
      const other = this.#snapshots.read(slot);
      const distance = Math.abs(own.opened - other.opened);
      if (overlap(own, other) && distance < bestDistance) {
        best = candidate;
        bestDistance = distance;
      }
    }
    return best;
  }

  link(connection: Omit<Connection, 'next'>): Connection {
    const linked = { ...connection, next: this.#byKey.get(connection.key) };
    this.#byKey.set(connection.key, linked);
    return linked;
  }

  unlink(connection: Connection): void {
    this.removeSide(connection, 'low');
    this.removeSide(connection, 'high');
    const first = this.#byKey.get(connection.key);
    if (first === connection) {
      if (connection.next === undefined) this.#byKey.delete(connection.key);
      else this.#byKey.set(connection.key, connection.next);
      return;
    }
    let before = first;
    while (before && before.next !== connection) before = before.next;
    if (before) before.next = connection.next;
  }

  /** A slot for a side's snapshot. */
  addSide(id: string): number {
    return this.#snapshots.add(id);
  }

  removeSide(connection: Connection, side: Orientation): void {
    if (connection[side] < 0) return;
    this.#snapshots.delete(connection[side]);
    connection[side] = -1;
  }

  read(slot: number): Snapshot {
    return this.#snapshots.read(slot);
  }

  write(slot: number, snapshot: Snapshot): void {
    this.#snapshots.write(slot, snapshot);
  }

  sides(connection: Connection): Sides {
    const client = connection[connection.client];
    const server = connection[opposite(connection.client)];
    return {
      client: client < 0 ? undefined : this.#snapshots.read(client),
      server: server < 0 ? undefined : this.#snapshots.read(server),
    };
  }

  isClosed(connection: Connection): boolean {
    return isClosed(this.sides(connection));
  }
}

function overlap(a: Snapshot, b: Snapshot): boolean {
  const endOfA = a.closed || Number.POSITIVE_INFINITY;
  const endOfB = b.closed || Number.POSITIVE_INFINITY;
  return a.opened <= endOfB + OVERLAP_SLACK_MS && b.opened <= endOfA + OVERLAP_SLACK_MS;
}
