import type { Conversation } from './conversations.ts';
import { type End, isLoopback } from './ends.ts';
import type { Counted } from './sides.ts';
import type { MapFlow } from './types.ts';

/** Which side of its connection a flow is, by the order of the two ends: the same question for both sides. */
export type Orientation = 'low' | 'high';

/** Between which two ends a flow is: the same for both sides of a connection, save for `side`. */
export interface Place {
  side: Orientation;
  protocol: string;
  lowIp: string;
  lowPort: number;
  highIp: string;
  highPort: number;
  /** Network namespace of loopback addresses, which mean something only within one; else 0. */
  scope: number;
  hash: number;
}

/** One connection with the sides of it that are seen on this node, by slot number; -1 = not seen. */
export interface Connection extends Readonly<Omit<Place, 'side' | 'protocol'>> {
  low: number;
  high: number;
  /** Which side opened it, and whether a report said so or it was guessed from the ports. */
  client: Orientation;
  certain: boolean;
  conversation: Conversation;
  /** What the time slots of its conversations have of it; undefined = nothing. */
  counted: Counted | undefined;
  /** All its sides have closed, and it waits to be folded into its conversation. */
  settling: boolean;
  /** Of a client behind NAT: the hash of the place where it takes the server to be. */
  calledAt: number | undefined;
  /** Another connection with the same hash: between the same two ends at another time, or by chance. */
  next: Connection | undefined;
}

/** Where the flow is found by either side. */
export function placeOf(flow: MapFlow): Place {
  return placeBetween(flow, sharedEnds(flow));
}

/** Where the flow was before its translation was known; undefined when that makes no difference. */
export function untranslatedPlaceOf(flow: MapFlow): Place | undefined {
  return isTranslatedClient(flow) ? placeBetween(flow, flow) : undefined;
}

type Ends = Pick<MapFlow, 'source' | 'dest'>;

/** With NAT in between, the two sides know different ends. The server's are taken, for the port is its own. */
function sharedEnds(flow: MapFlow): Ends {
  if (!isTranslatedClient(flow)) return flow;
  const { source, dest, translated } = flow;
  return { source: translated?.source ?? source, dest: translated?.dest ?? dest };
}

function isTranslatedClient(flow: MapFlow): boolean {
  return flow.translated !== undefined && toldRole(flow) === 'client';
}

function placeBetween({ protocol, netns }: MapFlow, { source, dest }: Ends): Place {
  const isLow = source.ip === dest.ip ? source.port < dest.port : source.ip < dest.ip;
  const [low, high] = isLow ? [source, dest] : [dest, source];
  const scope = isLoopback(source.ip) || isLoopback(dest.ip) ? (netns ?? 0) : 0;
  return {
    side: isLow ? 'low' : 'high',
    protocol,
    lowIp: low.ip,
    lowPort: low.port,
    highIp: high.ip,
    highPort: high.port,
    scope,
    hash: hashOf(low.ip, low.port, hashOf(high.ip, high.port, scope)),
  };
}

export function isAt(connection: Connection, place: Place): boolean {
  return haveSameEnds(connection, place) && connection.conversation.protocol === place.protocol;
}

type Between = Omit<Place, 'side' | 'protocol'>;

export function haveSameEnds(a: Between, b: Between): boolean {
  return (
    a.lowPort === b.lowPort &&
    a.highPort === b.highPort &&
    a.scope === b.scope &&
    a.lowIp === b.lowIp &&
    a.highIp === b.highIp
  );
}

export function opposite(side: Orientation): Orientation {
  return side === 'low' ? 'high' : 'low';
}

/** Which side opened the flow's connection; when no report says so, the lower port is the server's. */
export function clientOf(flow: MapFlow, side: Orientation): { client: Orientation; certain: boolean } {
  const told = toldRole(flow);
  if (told !== undefined) return { client: told === 'client' ? side : opposite(side), certain: true };
  const { source, dest } = flow;
  const opened = source.port === dest.port ? side === 'low' : source.port > dest.port;
  return { client: opened ? side : opposite(side), certain: false };
}

export function endOf({ client, conversation }: Connection, side: Orientation): End {
  return client === side ? conversation.client : conversation.server;
}

function toldRole({ role, direction }: MapFlow): string | undefined {
  if (role !== undefined) return role;
  if (direction === 'outgoing') return 'client';
  return direction === 'incoming' ? 'server' : undefined;
}

/** A 31-bit number, which a Map keeps without a box. */
function hashOf(ip: string, port: number, seed: number): number {
  let hash = Math.imul(seed ^ port, 0x9e3779b1);
  for (let i = 0; i < ip.length; i++) hash = Math.imul(hash ^ ip.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 15)) & 0x3fff_ffff;
}
