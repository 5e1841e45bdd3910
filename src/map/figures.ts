import type { Snapshot } from './snapshot.ts';
import { FAILURES, type Failure } from './types.ts';

/** What connections add up to. Times in milliseconds since the epoch, rates in bytes per second. */
export interface Figures {
  active: number;
  opened: number;
  closed: number;
  failed: Partial<Record<Failure, number>>;
  /** Bytes from client to server and back. */
  forward: number;
  backward: number;
  rateForward: number;
  rateBackward: number;
  retransmits: number;
  rttSum: number;
  rttCount: number;
  connectSum: number;
  connectCount: number;
  lastSeen: number;
}

/** Both sides of one connection, as far as they are seen on this node; at least one is. */
export interface Sides {
  client: Snapshot | undefined;
  server: Snapshot | undefined;
}

export function emptyFigures(): Figures {
  return {
    active: 0,
    opened: 0,
    closed: 0,
    failed: {},
    forward: 0,
    backward: 0,
    rateForward: 0,
    rateBackward: 0,
    retransmits: 0,
    rttSum: 0,
    rttCount: 0,
    connectSum: 0,
    connectCount: 0,
    lastSeen: 0,
  };
}

/** Adds `from` to `into`. Associative and commutative. */
export function addFigures(into: Figures, from: Figures): void {
  into.active += from.active;
  into.opened += from.opened;
  into.closed += from.closed;
  for (const reason of FAILURES) {
    const count = from.failed[reason];
    if (count !== undefined) into.failed[reason] = (into.failed[reason] ?? 0) + count;
  }
  into.forward += from.forward;
  into.backward += from.backward;
  into.rateForward += from.rateForward;
  into.rateBackward += from.rateBackward;
  into.retransmits += from.retransmits;
  into.rttSum += from.rttSum;
  into.rttCount += from.rttCount;
  into.connectSum += from.connectSum;
  into.connectCount += from.connectCount;
  into.lastSeen = Math.max(into.lastSeen, from.lastSeen);
}

/** True when every side that is seen has closed. */
export function isClosed({ client, server }: Sides): boolean {
  return client?.closed !== 0 && server?.closed !== 0;
}

/** When the connection was opened: the client's SYN, else the server's accept; 0 = not known. */
export function openedAt({ client, server }: Sides): number {
  return client?.opened || server?.opened || 0;
}

export function lastSeenAt({ client, server }: Sides): number {
  return Math.max(client?.lastSeen ?? 0, server?.lastSeen ?? 0);
}

/**
 * Adds one connection, once, whether one or both of its sides are seen: what the client counted wins. False when
 * it adds nothing, since it closed and was last seen before `window.from`.
 */
export function addConnection(into: Figures, sides: Sides, window: { from: number; now: number }): boolean {
  const closed = isClosed(sides);
  const seen = lastSeenAt(sides);
  if (closed && seen < window.from) return false;

  const { client, server } = sides;
  into.forward += client?.sent ?? server?.received ?? 0;
  into.backward += client?.received ?? server?.sent ?? 0;
  // Each side counts the segments that it sent again itself.
  into.retransmits += (client?.retransmits ?? 0) + (server?.retransmits ?? 0);
  into.lastSeen = Math.max(into.lastSeen, seen);
  addLatency(into, sides);
  addRate(into, sides, window.now);

  const failure = client?.failure || server?.failure || 0;
  const established = wasEstablished(sides, failure);
  const opened = openedAt(sides);
  if (established && opened !== 0 && opened >= window.from) into.opened += 1;
  if (!closed) into.active += 1;
  else if (established) into.closed += 1;
  const reason = FAILURES[failure - 1];
  if (closed && reason !== undefined) into.failed[reason] = (into.failed[reason] ?? 0) + 1;
  return true;
}

function wasEstablished({ client, server }: Sides, failure: number): boolean {
  if (failure === 0 || server !== undefined || client === undefined) return true;
  return client.connectUs > 0 || client.sent > 0 || client.received > 0 || FAILURES[failure - 1] === 'reset';
}

function addLatency(into: Figures, { client, server }: Sides): void {
  const rtt = client?.rttUs || server?.rttUs || 0;
  if (rtt > 0) {
    into.rttSum += rtt;
    into.rttCount += 1;
  }
  const connect = client?.connectUs ?? 0;
  if (connect > 0) {
    into.connectSum += connect;
    into.connectCount += 1;
  }
}

function addRate(into: Figures, { client, server }: Sides, now: number): void {
  if (client !== undefined && now <= client.rateUntil) {
    into.rateForward += client.rateSent;
    into.rateBackward += client.rateReceived;
  } else if (client === undefined && server !== undefined && now <= server.rateUntil) {
    into.rateForward += server.rateReceived;
    into.rateBackward += server.rateSent;
  }
}
