import type { MapNodeKind } from '../../map/types.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

const MIN_RADIUS = 15;
const MAX_RADIUS = 27;
const MIN_WIDTH = 1.25;
const MAX_WIDTH = 7;

/** Log scale: nothing is `low`, `largest` and more is `high`; below `unit` differences hardly show. */
function logScale(
  value: number,
  scale: { unit: number; largest: number; low: number; high: number },
): number {
  const { unit, largest, low, high } = scale;
  const share = Math.log1p(Math.max(value, 0) / unit) / Math.log1p(largest / unit);
  return low + Math.min(share, 1) * (high - low);
}

/** Radius of a node by all its bytes; 10 GB and more are the largest. */
export function nodeRadius(bytes: number): number {
  return logScale(bytes, { unit: 100, largest: 1e10, low: MIN_RADIUS, high: MAX_RADIUS });
}

/** Stroke width of an edge by the logarithm of its figure. */
export function edgeWidth(value: number, { unit, largest }: { unit: number; largest: number }): number {
  return logScale(value, { unit, largest, low: MIN_WIDTH, high: MAX_WIDTH });
}

/** Outline around the origin: circle = process, diamond = address or domain, and a rounded square for what holds processes. */
export function nodeOutline(kind: MapNodeKind, radius: number): string {
  switch (kind) {
    case 'process':
      return `M${-radius},0a${radius},${radius} 0 1,1 ${2 * radius},0a${radius},${radius} 0 1,1 ${-2 * radius},0Z`;
    case 'address':
    case 'domain':
    case 'network': {
      const tip = radius * 1.16;
      const cut = radius * 0.2;
      return (
        `M${-cut},${-tip + cut}Q0,${-tip} ${cut},${-tip + cut}L${tip - cut},${-cut}Q${tip},0 ${tip - cut},${cut}` +
        `L${cut},${tip - cut}Q0,${tip} ${-cut},${tip - cut}L${-tip + cut},${cut}Q${-tip},0 ${-tip + cut},${-cut}Z`
      );
    }
    default: {
      const half = radius * 0.92;
      const corner = radius * 0.3;
      const side = 2 * (half - corner);
      return (
        `M${-half + corner},${-half}h${side}q${corner},0 ${corner},${corner}v${side}q0,${corner} ${-corner},${corner}` +
        `h${-side}q${-corner},0 ${-corner},${-corner}v${-side}q0,${-corner} ${corner},${-corner}Z`
      );
    }
  }
}

export interface EdgeEnds {
  from: Point;
  to: Point;
  fromRadius: number;
  toRadius: number;
  width: number;
  /** Sideways bow as a share of the length; parallel edges get different ones. */
  bow: number;
}

export interface EdgeShape {
  /** The line, from the rim of `from` to the foot of the arrow head. */
  line: string;
  head: string;
  /** Along the line, evenly. */
  points: Point[];
  /** Where a label may go, the best place first. */
  labelPoints: Point[];
}

const RIM_GAP = 4;
/** Places along an edge, the middle first. */
const PICK_SHARES = [0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1];
const LABEL_SHARES = [0.5, 0.4, 0.6, 0.3, 0.7];

/** A curve that leaves one node's rim and ends in an arrow head at the other's. */
export function edgeShape({ from, to, fromRadius, toRadius, width, bow }: EdgeEnds): EdgeShape {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length = Math.hypot(dx, dy);
  if (length < fromRadius + toRadius) return loopShape(from, fromRadius, width);
  const control = { x: (from.x + to.x) / 2 - dy * bow, y: (from.y + to.y) / 2 + dx * bow };
  const start = towards(from, control, fromRadius + RIM_GAP);
  const tip = towards(to, control, toRadius + RIM_GAP);
  const headLength = 6 + width * 1.1;
  const foot = towards(tip, control, headLength * 0.8);
  return {
    line: `M${place(start)}Q${place(control)} ${place(foot)}`,
    head: arrowHead(tip, control, { length: headLength, half: 3 + width * 0.65 }),
    points: PICK_SHARES.map((share) => curvePoint([start, control, foot], share)),
    labelPoints: LABEL_SHARES.map((share) => curvePoint([start, control, foot], share)),
  };
}

/** A node that talks to itself. */
function loopShape(at: Point, radius: number, width: number): EdgeShape {
  const out = radius + RIM_GAP;
  const far = out + 34;
  const start = { x: at.x - out * 0.5, y: at.y - out * 0.87 };
  const tip = { x: at.x + out * 0.5, y: at.y - out * 0.87 };
  const control = { x: at.x + far * 0.62, y: at.y - far };
  const headLength = 6 + width * 1.1;
  const foot = towards(tip, control, headLength * 0.8);
  return {
    line: `M${place(start)}C${place({ x: at.x - far * 0.62, y: at.y - far })} ${place(control)} ${place(foot)}`,
    head: arrowHead(tip, control, { length: headLength, half: 3 + width * 0.65 }),
    points: [start, { x: at.x, y: at.y - far * 0.8 }, tip],
    labelPoints: [{ x: at.x, y: at.y - far * 0.9 }],
  };
}

function arrowHead(tip: Point, cameFrom: Point, size: { length: number; half: number }): string {
  const base = towards(tip, cameFrom, size.length);
  const scale = size.half / size.length;
  const side = { x: (base.y - tip.y) * scale, y: (tip.x - base.x) * scale };
  return (
    `M${place(tip)}L${place({ x: base.x + side.x, y: base.y + side.y })}` +
    `L${place({ x: base.x - side.x, y: base.y - side.y })}Z`
  );
}

/** A point of a quadratic curve. */
function curvePoint([start, control, end]: readonly [Point, Point, Point], share: number): Point {
  const rest = 1 - share;
  const at = (axis: 'x' | 'y') =>
    rest * rest * start[axis] + 2 * rest * share * control[axis] + share * share * end[axis];
  return { x: at('x'), y: at('y') };
}

function towards(from: Point, to: Point, distance: number): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  return {
    x: from.x + ((to.x - from.x) / length) * distance,
    y: from.y + ((to.y - from.y) / length) * distance,
  };
}

function place(point: Point): string {
  return `${round(point.x)},${round(point.y)}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Bows by edge id: a lone edge bends a little, edges between the same two nodes bend apart. */
export function edgeBows(
  edges: Iterable<{ id: string; source: string; target: string }>,
): Map<string, number> {
  const pairs = new Map<string, { id: string; flipped: boolean }[]>();
  for (const edge of edges) {
    const flipped = edge.source > edge.target;
    const pair = flipped ? `${edge.target}\n${edge.source}` : `${edge.source}\n${edge.target}`;
    const list = pairs.get(pair);
    if (list === undefined) pairs.set(pair, [{ id: edge.id, flipped }]);
    else list.push({ id: edge.id, flipped });
  }
  const bows = new Map<string, number>();
  for (const list of pairs.values()) {
    list.sort((a, b) => (a.id < b.id ? -1 : 1));
    list.forEach(({ id, flipped }, index) => {
      const bow = list.length === 1 ? 0.07 : (index - (list.length - 1) / 2) * 0.24;
      // Seen from the other end, the same side of the pair has the other sign.
      bows.set(id, flipped && list.length > 1 ? -bow : bow);
    });
  }
  return bows;
}
