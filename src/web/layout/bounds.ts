import type { MapNode } from '../../map/types.ts';
import { layoutBoxes } from './boxes.ts';
import type { Positions } from './positions.ts';

export interface Bounds {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The part of the plane that the map covers; undefined before the first layout. */
export function mapBounds(
  nodes: readonly MapNode[],
  positions: Pick<Positions, 'target'>,
): Bounds | undefined {
  const bounds = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const { id, width, height } of layoutBoxes(nodes).boxes) {
    const at = positions.target(id);
    if (at === undefined) continue;
    bounds.left = Math.min(bounds.left, at.x - width / 2);
    bounds.right = Math.max(bounds.right, at.x + width / 2);
    bounds.top = Math.min(bounds.top, at.y - height / 2);
    bounds.bottom = Math.max(bounds.bottom, at.y + height / 2);
  }
  return bounds.left === Infinity ? undefined : bounds;
}
