import type { Arrow, Body } from './forces.ts';

/** How hard a layout is to read, lower is better: edges that cross, nodes that lie on edges, long edges. */
export function clutter(bodies: readonly Body[], arrows: readonly Arrow[]): number {
  let total = 0;
  arrows.forEach((arrow, index) => {
    for (const other of arrows.slice(index + 1)) if (cross(arrow, other)) total += 1;
    for (const body of bodies)
      if (body !== arrow.source && body !== arrow.target && lies(body, arrow)) total += 2;
    total += Math.hypot(arrow.target.x - arrow.source.x, arrow.target.y - arrow.source.y) / 900;
  });
  return total;
}

function cross(a: Arrow, b: Arrow): boolean {
  // Edges that share a node meet there; that is no crossing.
  if (a.source === b.source || a.source === b.target || a.target === b.source || a.target === b.target)
    return false;
  return (
    side(a.source, a.target, b.source) !== side(a.source, a.target, b.target) &&
    side(b.source, b.target, a.source) !== side(b.source, b.target, a.target)
  );
}

function side(from: Body, to: Body, point: Body): boolean {
  return (to.x - from.x) * (point.y - from.y) - (to.y - from.y) * (point.x - from.x) > 0;
}

/** Does the line run through the body's box? */
function lies(body: Body, { source, target }: Arrow): boolean {
  const dx = target.x - source.x;
  const dy = target.y - source.y;
  const squared = dx * dx + dy * dy || 1;
  const along = Math.min(Math.max(((body.x - source.x) * dx + (body.y - source.y) * dy) / squared, 0), 1);
  const nearX = Math.abs(source.x + along * dx - body.x);
  const nearY = Math.abs(source.y + along * dy - body.y);
  return nearX < body.width * 0.4 && nearY < body.height * 0.45;
}
