import { forceLink, forceManyBody, forceSimulation, forceX, forceY } from 'd3-force';
import type { Point } from '../graph/geometry.ts';
import { components, packed } from './components.ts';
import { type Arrow, type Body, clearOfLines, leftToRight, separateBoxes } from './forces.ts';
import { clutter } from './quality.ts';

export interface LayoutInput {
  /** Box of shape and label, in map units (pixels at zoom 1). */
  nodes: { id: string; width: number; height: number }[];
  edges: { source: string; target: string }[];
  /** Where nodes are or were. */
  previous: Record<string, Point>;
  /** Ids drawn now, all in `previous`: they stay where they are when few others are new. */
  placed: string[];
  /** Ids whose boxes are larger than they were: they stay, and all others make room for them. */
  grown: string[];
  /** Width by height of the panel: the map grows into its form. */
  aspect: number;
}

const COLUMN_GAP = 70;
const ROW_GAP = 12;
const LINE_CLEARANCE = 52;
/** Bodies times edges: beyond it keeping bodies off lines takes too long. */
const MAX_LINE_CHECKS = 20_000;
const MANY_NODES = 200;
const MAX_ATTEMPTS = 10;
/** Of the boxes alone. */
const PASSES = 60;
/** From this share of new nodes on, keeping all others where they are gives a poor map. */
const ANEW_SHARE = 0.5;

/** Distances between the middles of columns and of rows. */
interface Grid {
  column: number;
  row: number;
}

/** Positions by node id. The same input gives the same map: no clock, no randomness. */
export function arrange(unordered: LayoutInput): Record<string, Point> {
  const input = inOrder(unordered);
  const placed = new Set(input.placed);
  const fresh = input.nodes.filter(({ id }) => !placed.has(id)).length;
  const bodies = fresh > 0 && fresh >= input.nodes.length * ANEW_SHARE ? anew(input) : addedTo(input, placed);
  if (input.grown.length > 0) makeRoom(bodies, new Set(input.grown));
  return Object.fromEntries(bodies.map(({ id, x, y }) => [id, { x: Math.round(x), y: Math.round(y) }]));
}

/** A map from scratch, as near as it can be to where its nodes were. */
function anew(input: LayoutInput): Body[] {
  const attempts = attemptsFor(input.nodes.length);
  const parts = components({ ...input, previous: {}, placed: [] }).map((part) =>
    mostReadable(part, attempts),
  );
  const bodies = packed(parts, input.aspect);
  const moves = bodies.flatMap(({ id, x, y }) => {
    const before = input.previous[id];
    return before === undefined ? [] : [{ x: before.x - x, y: before.y - y }];
  });
  for (const body of bodies) {
    body.x += mean(moves.map(({ x }) => x));
    body.y += mean(moves.map(({ y }) => y));
  }
  return bodies;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);
}

/** Large maps take long to lay out, and gain little: nobody reads them line by line. */
function attemptsFor(nodes: number): number {
  return Math.min(Math.max(Math.round(MANY_NODES / nodes), 1), MAX_ATTEMPTS);
}

/** Tries several starts and takes the map that is easiest to read. */
function mostReadable(input: LayoutInput, attempts: number): Body[] {
  let best: { bodies: Body[]; clutter: number } = { bodies: [], clutter: Number.POSITIVE_INFINITY };
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const bodies = bodiesOf(input, { attempt, pinned: new Set() });
    const arrows = arrowsBetween(bodies, input.edges);
    settle(bodies, arrows, { warm: false, aspect: input.aspect });
    const result = { bodies, clutter: attempts === 1 ? 0 : clutter(bodies, arrows) };
    if (result.clutter < best.clutter) best = result;
  }
  return best.bodies;
}

/** The map as it is, with new nodes fitted in. */
function addedTo(input: LayoutInput, placed: ReadonlySet<string>): Body[] {
  const bodies = bodiesOf(input, { attempt: 0, pinned: placed });
  if (placed.size === bodies.length) return bodies;
  settle(bodies, arrowsBetween(bodies, input.edges), { warm: true, aspect: input.aspect });
  return bodies;
}

function bodiesOf(
  input: LayoutInput,
  { attempt, pinned }: { attempt: number; pinned: ReadonlySet<string> },
): Body[] {
  const starts = startPositions(input, attempt);
  return input.nodes.map((node) => {
    const { x, y } = starts.get(node.id) ?? { x: 0, y: 0 };
    return { ...node, x, y, ...(pinned.has(node.id) ? { fx: x, fy: y } : {}) };
  });
}

/** Forces are summed in order, so the order is part of the result. */
function inOrder(input: LayoutInput): LayoutInput {
  const key = (edge: { source: string; target: string }) => `${edge.source}\n${edge.target}`;
  return {
    ...input,
    nodes: [...input.nodes].sort((a, b) => (a.id < b.id ? -1 : 1)),
    edges: [...input.edges].sort((a, b) => (key(a) < key(b) ? -1 : 1)),
  };
}

function arrowsBetween(bodies: readonly Body[], edges: LayoutInput['edges']): Arrow[] {
  const byId = new Map(bodies.map((body) => [body.id, body]));
  return edges.flatMap(({ source, target }) => {
    const from = byId.get(source);
    const to = byId.get(target);
    return from === undefined || to === undefined || from === to ? [] : [{ source: from, target: to }];
  });
}

function settle(bodies: Body[], arrows: Arrow[], { warm, aspect }: { warm: boolean; aspect: number }): void {
  const degrees = new Map<Body, number>();
  for (const { source, target } of arrows) {
    degrees.set(source, (degrees.get(source) ?? 0) + 1);
    degrees.set(target, (degrees.get(target) ?? 0) + 1);
  }
  const busiest = ({ source, target }: Arrow) => Math.max(degrees.get(source) ?? 1, degrees.get(target) ?? 1);
  const { column } = gridOf(bodies);
  // Few nodes need a firm pull to the middle, many would be crushed by it.
  const pull = 0.03 + 1.2 / (bodies.length + 20);
  forceSimulation(bodies)
    .alpha(warm ? 0.5 : 1)
    .alphaDecay(warm ? 0.035 : 0.025)
    .velocityDecay(0.42)
    .force(
      'link',
      forceLink<Body, Arrow>(arrows)
        .distance(column * 0.85)
        .strength((arrow) => 0.35 / Math.sqrt(busiest(arrow))),
    )
    .force(
      'charge',
      forceManyBody<Body>()
        .strength(-2.7 * column)
        .distanceMax(900),
    )
    .force('direction', leftToRight(arrows, column))
    .force('x', forceX<Body>(0).strength(pull / Math.max(aspect, 0.5)))
    .force('y', forceY<Body>(0).strength(pull * Math.max(aspect, 0.5)))
    .force(
      'lines',
      bodies.length * arrows.length > MAX_LINE_CHECKS ? null : clearOfLines(arrows, LINE_CLEARANCE),
    )
    .force('boxes', separateBoxes(0.7))
    .stop()
    .tick(bodies.length > 200 ? 150 : 200);
  // Boxes alone at the end: whatever the other forces left overlapping.
  pushApart(bodies);
}

/** Moves nothing but what is in the way. */
function makeRoom(bodies: Body[], grown: ReadonlySet<string>): void {
  for (const body of bodies) {
    const stays = grown.has(body.id);
    body.fx = stays ? body.x : null;
    body.fy = stays ? body.y : null;
  }
  pushApart(bodies);
}

function pushApart(bodies: Body[]): void {
  const apart = separateBoxes(1);
  apart.initialize?.(bodies, () => 0);
  for (let pass = 0; pass < PASSES; pass += 1) apart(0);
}

/** Wide boxes stand in wide columns. */
function gridOf(boxes: readonly { width: number; height: number }[]): Grid {
  return {
    column: COLUMN_GAP + mean(boxes.map(({ width }) => width)),
    row: ROW_GAP + mean(boxes.map(({ height }) => height)),
  };
}

/** Where each node starts: where it was, else beside its neighbours, else in its column, in another order each attempt. */
function startPositions(input: LayoutInput, attempt: number): Map<string, Point> {
  const nodes = input.nodes.toSorted((a, b) => mix(a.id, attempt) - mix(b.id, attempt));
  const starts = new Map<string, Point>();
  for (const { id } of nodes) {
    const before = input.previous[id];
    if (before !== undefined) starts.set(id, before);
  }
  const grid = gridOf(nodes);
  const levels = clientToServerLevels(nodes, input.edges);
  const rows = new Map<number, number>();
  for (const { id } of nodes) {
    if (starts.has(id)) continue;
    const level = levels.get(id) ?? 0;
    const row = rows.get(Math.round(level)) ?? 0;
    rows.set(Math.round(level), row + 1);
    // Rows go 0, 1, -1, 2, -2, …
    const offset = Math.ceil(row / 2) * (row % 2 === 1 ? 1 : -1) * grid.row;
    const near = besideNeighbours(id, input, grid);
    const swing = ((mix(id, attempt) % 200) - 100) * Math.min(attempt, 1);
    starts.set(
      id,
      near === undefined
        ? { x: level * grid.column, y: offset }
        : { x: near.x, y: near.y + offset / 4 + swing },
    );
  }
  return starts;
}

/** A number from a text and a salt (FNV-1a), in place of randomness. */
function mix(text: string, salt: number): number {
  let hash = 0x811c9dc5 ^ salt;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

function besideNeighbours(id: string, { edges, previous }: LayoutInput, { column }: Grid): Point | undefined {
  const hints: Point[] = [];
  for (const { source, target } of edges) {
    const client = source === id ? undefined : target === id ? previous[source] : undefined;
    const server = source === id && target !== id ? previous[target] : undefined;
    if (client !== undefined) hints.push({ x: client.x + column, y: client.y });
    if (server !== undefined) hints.push({ x: server.x - column, y: server.y });
  }
  if (hints.length === 0) return undefined;
  const sum = hints.reduce((a, b) => ({ x: a.x + b.x, y: a.y + b.y }));
  return { x: sum.x / hints.length, y: sum.y / hints.length };
}

/** Columns such that each server is, as nearly as cycles allow, one to the right of its clients; their mean is 0. */
function clientToServerLevels(
  nodes: LayoutInput['nodes'],
  edges: LayoutInput['edges'],
): ReadonlyMap<string, number> {
  const levels = new Map(nodes.map(({ id }) => [id, 0]));
  const wishes = edges.filter(
    ({ source, target }) => source !== target && levels.has(source) && levels.has(target),
  );
  for (let pass = 0; pass < 40; pass += 1) {
    const sums = new Map<string, { sum: number; count: number }>();
    const wish = (id: string, level: number) => {
      const entry = sums.get(id) ?? { sum: 0, count: 0 };
      sums.set(id, { sum: entry.sum + level, count: entry.count + 1 });
    };
    for (const { source, target } of wishes) {
      wish(target, (levels.get(source) ?? 0) + 1);
      wish(source, (levels.get(target) ?? 0) - 1);
    }
    // Half way each pass: going all the way makes two-sided graphs swing for ever.
    for (const [id, { sum, count }] of sums) levels.set(id, ((levels.get(id) ?? 0) + sum / count) / 2);
  }
  return levels;
}
