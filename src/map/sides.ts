import type { Figures } from './figures.ts';
import type { Snapshot } from './snapshot.ts';
import { FAILURES } from './types.ts';

/** Both sides of one connection, as far as they are seen on this node; at least one is. */
export interface Sides {
  client: Snapshot | undefined;
  server: Snapshot | undefined;
}

/** What a connection has carried so far: once, whether one or both of its sides are seen. */
export interface Carried {
  forward: number;
  backward: number;
  packetsForward: number;
  packetsBackward: number;
  retransmits: number;
  lostPackets: number;
}

/** What of a connection has been counted already. */
export interface Counted extends Carried {
  opened: boolean;
}

/** Gives the figures to add to what happened then, in milliseconds since the epoch; undefined = not asked for. */
export type FiguresAt = (time: number) => Figures | undefined;

/** A connection that was seen late is spread over no more parts than this. */
const MAX_PARTS = 60;

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

/** `counted` and all that the connection has carried since. */
export function countedNow(sides: Sides, counted: Counted | undefined): Counted {
  const carried = carriedBy(sides);
  for (const name of Object.keys(carried) as (keyof Carried)[]) {
    carried[name] = Math.max(carried[name], counted?.[name] ?? 0);
  }
  return { ...carried, opened: true };
}

/** What the client counted wins; each side counts the segments that it sent again itself. */
export function carriedBy({ client, server }: Sides): Carried {
  return {
    forward: client?.sent ?? server?.received ?? 0,
    backward: client?.received ?? server?.sent ?? 0,
    packetsForward: client?.packetsSent ?? server?.packetsReceived ?? 0,
    packetsBackward: client?.packetsReceived ?? server?.packetsSent ?? 0,
    retransmits: (client?.retransmits ?? 0) + (server?.retransmits ?? 0),
    lostPackets: (client?.lostPackets ?? 0) + (server?.lostPackets ?? 0),
  };
}

/** Adds what the connection did and has not been counted yet. */
export function addNew(
  at: FiguresAt,
  sides: Sides,
  { counted, slotMs }: { counted: Counted | undefined; slotMs: number },
): void {
  const seen = lastSeenAt(sides);
  addTraffic(at, sides, { counted, slotMs });
  const latest = at(seen);
  addRtt(latest, sides);
  latest?.seen(seen);
  const failure = sides.client?.failure || sides.server?.failure || 0;
  const established = wasEstablished(sides, failure);
  if (established && counted?.opened !== true) addOpened(at, sides);
  if (!isClosed(sides)) return;
  latest?.add('ended', 1);
  if (established) latest?.add('closed', 1);
  const reason = FAILURES[failure - 1];
  if (reason !== undefined) latest?.add(reason, 1);
}

/** A connection that is first seen long after it was opened carried its bytes all that time, as far as is known. */
function addTraffic(
  at: FiguresAt,
  sides: Sides,
  { counted, slotMs }: { counted: Counted | undefined; slotMs: number },
): void {
  const carried = carriedBy(sides);
  const to = lastSeenAt(sides);
  const opened = openedAt(sides);
  const span = counted === undefined && opened > 0 ? Math.max(0, to - opened) : 0;
  const parts = Math.min(MAX_PARTS, 1 + Math.floor(span / slotMs));
  for (let part = 0; part < parts; part++) {
    const into = at(to - (span * (parts - 1 - part)) / parts);
    if (into === undefined) continue;
    for (const name of Object.keys(carried) as (keyof Carried)[]) {
      // The two sides may differ by what is on its way.
      const value = Math.max(0, carried[name] - (counted?.[name] ?? 0));
      into.add(name, Math.floor((value * (part + 1)) / parts) - Math.floor((value * part) / parts));
    }
  }
}

function addRtt(into: Figures | undefined, { client, server }: Sides): void {
  const rtt = client?.rttUs || server?.rttUs || 0;
  if (rtt === 0 || into === undefined) return;
  into.add('rttSum', rtt);
  into.measured('rtt').add(rtt);
}

function addOpened(at: FiguresAt, sides: Sides): void {
  const opened = openedAt(sides);
  const into = opened === 0 ? undefined : at(opened);
  if (into === undefined) return;
  into.add('opened', 1);
  into.seen(opened);
  const connect = sides.client?.connectUs ?? 0;
  if (connect === 0) return;
  into.add('connectSum', connect);
  into.measured('connect').add(connect);
}

function wasEstablished({ client, server }: Sides, failure: number): boolean {
  if (failure === 0 || server !== undefined || client === undefined) return true;
  return client.connectUs > 0 || client.sent > 0 || client.received > 0 || FAILURES[failure - 1] === 'reset';
}

export function addRate(into: Figures, { client, server }: Sides, now: number): void {
  if (client !== undefined && now <= client.rateUntil) {
    into.add('rateForward', client.rateSent);
    into.add('rateBackward', client.rateReceived);
  } else if (client === undefined && server !== undefined && now <= server.rateUntil) {
    into.add('rateForward', server.rateReceived);
    into.add('rateBackward', server.rateSent);
  }
}
