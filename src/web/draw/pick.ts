import type { Selection } from '../graph/focus.ts';
import type { Point } from '../graph/geometry.ts';
import type { Scene } from './scene.ts';

/** A pointer need not be quite on a line. */
const NEAR = 8;

/** The node or edge at a point of the map; `zoom` makes what is small no harder to hit. */
export function pick({ shapes, lines }: Scene, at: Point, zoom: number): Selection | undefined {
  const shape = shapes.findLast(({ x, y, radius }) => Math.hypot(x - at.x, y - at.y) <= radius);
  if (shape !== undefined) return { kind: 'node', id: shape.id };
  let best: Selection | undefined;
  let nearest = NEAR / zoom;
  for (const { id, points } of lines) {
    for (let index = 1; index < points.length; index += 1) {
      const distance = toSegment(at, points[index - 1] as Point, points[index] as Point);
      if (distance >= nearest) continue;
      nearest = distance;
      best = { kind: 'edge', id };
    }
  }
  return best;
}

function toSegment(at: Point, from: Point, to: Point): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const along = ((at.x - from.x) * dx + (at.y - from.y) * dy) / (dx * dx + dy * dy || 1);
  const share = Math.min(Math.max(along, 0), 1);
  return Math.hypot(from.x + share * dx - at.x, from.y + share * dy - at.y);
}

export type Direction = 'left' | 'right' | 'up' | 'down';

/** How far off a direction still counts, as the cosine of the angle. */
const AHEAD = 0.5;

/** The node that the eye goes to from one in a direction; undefined when there is none. */
export function nodeTowards(
  places: Iterable<Point & { id: string }>,
  from: Point,
  direction: Direction,
): string | undefined {
  const [ux, uy] = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] }[direction] as [number, number];
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const { id, x, y } of places) {
    const distance = Math.hypot(x - from.x, y - from.y);
    const ahead = (x - from.x) * ux + (y - from.y) * uy;
    if (distance === 0 || ahead / distance <= AHEAD) continue;
    // What is straight ahead is nearer than what is off to the side.
    const cost = distance * (2 - ahead / distance);
    if (cost >= least) continue;
    least = cost;
    best = id;
  }
  return best;
}
