import type { Connection } from './connection.ts';
import type { Connections } from './connections.ts';
import type { Conversations } from './conversations.ts';
import type { FaceOptions } from './faces.ts';
import { GraphBuilder } from './graph.ts';
import { addNew, addRate, type FiguresAt, isClosed, lastSeenAt, openedAt } from './sides.ts';
import type { Steps } from './steps.ts';
import type { MapGraph, MapGroup, MapSaturation } from './types.ts';
import { closedWindow, liveWindow, type TimeWindow } from './window.ts';

export interface GraphQuery {
  now: number;
  group: MapGroup;
  /** Of the group `label`. */
  label?: string | undefined;
  /** Nodes in whose place what is inside of them is drawn. */
  expand?: ReadonlySet<string> | undefined;
  /** How far back from `now`: at most the map's windowMs, which is the default. */
  sinceMs?: number;
  /** The window, instead of one that ends now. Milliseconds since the epoch. */
  between?: { since: number; until: number } | undefined;
  /** Nodes listed, those with most bytes first; the rest is counted as hidden. */
  limit?: number;
  /** Nodes that may be left of the addresses, which then become nodes of their networks. */
  gather?: number | undefined;
}

export const DEFAULT_NODE_LIMIT = 2000;

/** What a map is drawn from. */
export interface Drawn {
  connections: Connections;
  conversations: Conversations;
}

export interface DrawOptions extends GraphQuery {
  /** How far back there is something. */
  windowMs: number;
  directory: FaceOptions['directory'];
  network: FaceOptions['network'];
  /** What a container uses now. */
  saturation?: ((container: string) => MapSaturation | undefined) | undefined;
}

/** Connections between two points at which others may get their turn. */
const STEP = 256;

export function* drawGraph(options: DrawOptions, drawn: Drawn): Steps<MapGraph> {
  const { now, group, label, expand, directory, network, saturation, limit = DEFAULT_NODE_LIMIT } = options;
  const { sinceMs = options.windowMs, between, gather } = options;
  const window = between === undefined ? liveWindow(now, sinceMs) : closedWindow(between);
  const builder = new GraphBuilder(group, { label, expand, directory, network });
  addSlots(builder, drawn.conversations, window);
  let done = 0;
  for (const connection of drawn.connections) {
    if (++done % STEP === 0) yield;
    addConnection(builder, connection, { drawn, window, now });
  }
  return builder.build({ now, limit, gather, window, saturation: window.live ? saturation : undefined });
}

function addSlots(builder: GraphBuilder, conversations: Conversations, { from, to, live }: TimeWindow): void {
  const { slots } = conversations;
  const into = (number: number) => {
    const conversation = conversations.byNumber(number);
    return conversation && builder.figures(conversation);
  };
  const last = slots.slotOf(to);
  slots.addTo(into, slots.slotOf(from), last);
  if (live) return;
  for (const [number, count] of slots.endedAfter(last)) {
    const figures = count > 0 ? into(number) : undefined;
    figures?.add('active', count);
    figures?.seen(to);
  }
}

/** What the connection did that is not in the slots yet, and whether it was open at the end. */
function addConnection(
  builder: GraphBuilder,
  connection: Connection,
  { drawn, window, now }: { drawn: Drawn; window: TimeWindow; now: number },
): void {
  const { from, to, live } = window;
  const { conversation, counted } = connection;
  const sides = drawn.connections.sides(connection);
  const at: FiguresAt = (time) => (time >= from && time <= to ? builder.figures(conversation) : undefined);
  addNew(at, sides, { counted, slotMs: drawn.conversations.slots.slotMs });
  if (openedAt(sides) > to || (isClosed(sides) && lastSeenAt(sides) <= to)) return;
  const figures = builder.figures(conversation);
  figures.add('active', 1);
  figures.seen(live ? lastSeenAt(sides) : to);
  if (live) addRate(figures, sides, now);
}
