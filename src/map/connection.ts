import type { Conversation } from './conversations.ts';
import { type End, isLoopback } from './ends.ts';
import type { MapFlow } from './types.ts';

/** Which side of its connection a flow is, by the order of the two ends: the same question for both sides. */
export type Orientation = 'low' | 'high';

/** One connection with the sides of it that are seen on this node, by slot number; -1 = not seen. */
export interface Connection {
  readonly key: string;
  low: number;
  high: number;
  readonly lowPort: number;
  readonly highPort: number;
  /** Which side opened it, and whether a report said so or it was guessed from the ports. */
  client: Orientation;
  certain: boolean;
  conversation: Conversation;
  /** All its sides have closed, and it waits to be folded into its conversation. */
  settling: boolean;
  /** Another connection between the same two ends. */
  next: Connection | undefined;
}

/** The same for both sides of a connection. A loopback address means something only within one namespace. */
export function connectionKey({ protocol, source, dest, netns }: MapFlow): string {
  const here = `${source.ip} ${source.port}`;
  const there = `${dest.ip} ${dest.port}`;
  const ends = here < there ? `${here} ${there}` : `${there} ${here}`;
  const loopback = isLoopback(source.ip) || isLoopback(dest.ip);
  return loopback ? `${protocol} ${ends} ${netns ?? 0}` : `${protocol} ${ends}`;
}

export function orientationOf({ source, dest }: MapFlow): Orientation {
  return `${source.ip} ${source.port}` < `${dest.ip} ${dest.port}` ? 'low' : 'high';
}

export function opposite(side: Orientation): Orientation {
  return side === 'low' ? 'high' : 'low';
}

/** Which side opened the flow's connection; when no report says so, the lower port is the server's. */
export function clientOf(flow: MapFlow, side: Orientation): { client: Orientation; certain: boolean } {
  const told = flow.role ?? roleOfDirection(flow.direction);
  if (told !== undefined) return { client: told === 'client' ? side : opposite(side), certain: true };
  const { source, dest } = flow;
  const opened = source.port === dest.port ? side === 'low' : source.port > dest.port;
  return { client: opened ? side : opposite(side), certain: false };
}

export function endOf({ client, conversation }: Connection, side: Orientation): End {
  return client === side ? conversation.client : conversation.server;
}

function roleOfDirection(direction: string | undefined): string | undefined {
  if (direction === 'outgoing') return 'client';
  return direction === 'incoming' ? 'server' : undefined;
}
