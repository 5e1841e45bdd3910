import type { Force, SimulationNodeDatum } from 'd3-force';

/** A node of the layout: a box, since the label is wider than the shape. */
export interface Body extends SimulationNodeDatum {
  id: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Arrow {
  source: Body;
  target: Body;
}

/** Pushes servers to the right of their clients, so that the map reads from left to right. */
export function leftToRight(arrows: readonly Arrow[], gap: number): Force<Body, undefined> {
  return (alpha) => {
    for (const { source, target } of arrows) {
      if (source === target) continue;
      const missing = gap - (target.x - source.x);
      if (missing <= 0) continue;
      const push = missing * 0.12 * alpha;
      target.vx = (target.vx ?? 0) + push;
      source.vx = (source.vx ?? 0) - push;
    }
  };
}

/**
 * Keeps boxes apart along the axis where they overlap least. Bodies are swept by their left side, so only those that
 * share a stretch of x are compared.
 */
export function separateBoxes(strength: number): Force<Body, undefined> {
  let bodies: Body[] = [];
  const force: Force<Body, undefined> = () => {
    const byLeft = [...bodies].sort(
      (a, b) => a.x - a.width / 2 - (b.x - b.width / 2) || (a.id < b.id ? -1 : 1),
    );
    byLeft.forEach((a, index) => {
      const right = a.x + a.width / 2;
      for (let next = index + 1; next < byLeft.length; next += 1) {
        const b = byLeft[next];
        if (b === undefined || b.x - b.width / 2 > right) break;
        pushApart(a, b, strength);
      }
    });
  };
  force.initialize = (nodes) => {
    bodies = nodes;
  };
  return force;
}

function pushApart(a: Body, b: Body, strength: number): void {
  const overlapX = (a.width + b.width) / 2 - Math.abs(b.x - a.x);
  const overlapY = (a.height + b.height) / 2 - Math.abs(b.y - a.y);
  if (overlapX <= 0 || overlapY <= 0) return;
  // A pinned body does not give way: the other one goes the whole distance.
  const shareA = isPinned(a) ? 0 : isPinned(b) ? 1 : 0.5;
  const shareB = isPinned(b) ? 0 : 1 - shareA;
  if (overlapX < overlapY) {
    const push = overlapX * strength * (b.x >= a.x ? 1 : -1);
    a.x -= push * shareA;
    b.x += push * shareB;
  } else {
    const push = overlapY * strength * (b.y >= a.y ? 1 : -1);
    a.y -= push * shareA;
    b.y += push * shareB;
  }
}

function isPinned(body: Body): boolean {
  return body.fx !== undefined && body.fx !== null;
}

/** Pushes bodies off the straight lines of edges that are not theirs, so that no edge seems to end at them. */
export function clearOfLines(arrows: readonly Arrow[], clearance: number): Force<Body, undefined> {
  let bodies: Body[] = [];
  const force: Force<Body, undefined> = (alpha) => {
    for (const { source, target } of arrows) {
      for (const body of bodies) {
        if (body !== source && body !== target) pushOffLine(body, { source, target }, { clearance, alpha });
      }
    }
  };
  force.initialize = (nodes) => {
    bodies = nodes;
  };
  return force;
}

function pushOffLine(
  body: Body,
  { source, target }: Arrow,
  { clearance, alpha }: { clearance: number; alpha: number },
): void {
  const dx = target.x - source.x;
  const dy = target.y - source.y;
  const squared = dx * dx + dy * dy;
  if (squared === 0) return;
  const along = ((body.x - source.x) * dx + (body.y - source.y) * dy) / squared;
  if (along <= 0 || along >= 1) return;
  const length = Math.sqrt(squared);
  // Signed distance: which side of the line the body is on.
  const distance = ((body.y - source.y) * dx - (body.x - source.x) * dy) / length;
  const missing = clearance - Math.abs(distance);
  if (missing <= 0) return;
  const push = missing * 0.5 * alpha * (distance >= 0 ? 1 : -1);
  body.vx = (body.vx ?? 0) - (dy / length) * push;
  body.vy = (body.vy ?? 0) + (dx / length) * push;
  for (const end of [source, target]) {
    end.vx = (end.vx ?? 0) + (dy / length) * push * 0.3;
    end.vy = (end.vy ?? 0) - (dx / length) * push * 0.3;
  }
}
