import type { MapNode, MapParent } from '../../map/types.ts';
import type { Point } from '../graph/geometry.ts';
import { nodeBox, type Size } from './node-box.ts';

const PADDING = 14;
/** For the name of the expanded node. */
export const HULL_TITLE = 26;
/** Columns to rows: labels are wide. */
const FORM = 1.2;

/** An expanded node: a frame around what is inside of it, which stands in rows. */
export interface Hull extends Size {
  readonly parent: MapParent;
  /** Places relative to the middle of the frame. */
  readonly children: ReadonlyMap<string, Point>;
}

export interface Boxes {
  /** What the layout places: nodes, and frames in place of what is inside of them. */
  readonly boxes: (Size & { id: string })[];
  readonly hulls: readonly Hull[];
  /** The box that a node is laid out as. */
  boxOf(id: string): string;
}

export function layoutBoxes(nodes: readonly MapNode[]): Boxes {
  const inside = new Map<string, MapNode[]>();
  const boxes: (Size & { id: string })[] = [];
  const owners = new Map<string, string>();
  for (const node of nodes) {
    const { parent } = node;
    if (parent === undefined) {
      boxes.push(nodeBox(node, nodes.length));
      continue;
    }
    owners.set(node.id, parent.id);
    const siblings = inside.get(parent.id);
    if (siblings === undefined) inside.set(parent.id, [node]);
    else siblings.push(node);
  }
  const hulls = [...inside.values()].map((children) => hullAround(children, nodes.length));
  for (const { parent, width, height } of hulls) boxes.push({ id: parent.id, width, height });
  return { boxes, hulls, boxOf: (id) => owners.get(id) ?? id };
}

function hullAround(nodes: readonly MapNode[], total: number): Hull {
  const sorted = nodes.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const boxes = sorted.map((node) => nodeBox(node, total));
  const cell = {
    width: Math.max(...boxes.map(({ width }) => width)),
    height: Math.max(...boxes.map(({ height }) => height)),
  };
  const columns = Math.min(Math.ceil(Math.sqrt(sorted.length * FORM)), sorted.length);
  const rows = Math.ceil(sorted.length / columns);
  const width = columns * cell.width + 2 * PADDING;
  const height = rows * cell.height + PADDING + HULL_TITLE;
  const place = (index: number): Point => ({
    x: ((index % columns) + 0.5) * cell.width + PADDING - width / 2,
    y: (Math.floor(index / columns) + 0.5) * cell.height + HULL_TITLE - height / 2,
  });
  const parent = sorted[0]?.parent ?? { id: '', kind: 'process', name: '' };
  return { parent, width, height, children: new Map(sorted.map(({ id }, index) => [id, place(index)])) };
}
