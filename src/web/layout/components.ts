import type { LayoutInput } from './arrange.ts';
import type { Body } from './forces.ts';

const GAP = 26;
const MAX_STRETCH = 1.5;

/** The parts of a graph that have no edge between them, as inputs of their own, the largest first. */
export function components(input: LayoutInput): LayoutInput[] {
  const roots = new Map(input.nodes.map(({ id }) => [id, id]));
  const rootOf = (id: string): string => {
    let root = id;
    for (let next = roots.get(root); next !== undefined && next !== root; next = roots.get(root)) root = next;
    roots.set(id, root);
    return root;
  };
  const edges = input.edges.filter(({ source, target }) => roots.has(source) && roots.has(target));
  for (const { source, target } of edges) roots.set(rootOf(source), rootOf(target));

  const parts = new Map<string, LayoutInput>();
  for (const node of input.nodes) {
    const part = parts.get(rootOf(node.id));
    if (part === undefined) parts.set(rootOf(node.id), { ...input, nodes: [node], edges: [] });
    else part.nodes.push(node);
  }
  for (const edge of edges) parts.get(rootOf(edge.source))?.edges.push(edge);
  return [...parts.values()].sort((a, b) => b.nodes.length - a.nodes.length);
}

/** Puts laid-out parts beside and below each other, in rows as wide as the panel's form wants. */
export function packed(parts: readonly Body[][], aspect: number): Body[] {
  const boxes = parts.map((bodies) => ({ bodies, ...bounds(bodies) }));
  const area = boxes.reduce((sum, { width, height }) => sum + (width + GAP) * (height + GAP), 0);
  const rowWidth = Math.max(Math.sqrt(area * aspect), ...boxes.map(({ width }) => width));
  let left = 0;
  let top = 0;
  let rowHeight = 0;
  for (const box of boxes) {
    if (left > 0 && left + box.width > rowWidth) {
      top += rowHeight + GAP;
      left = 0;
      rowHeight = 0;
    }
    for (const body of box.bodies) {
      body.x += left - box.left;
      body.y += top - box.top;
    }
    left += box.width + GAP;
    rowHeight = Math.max(rowHeight, box.height);
  }
  const bodies = parts.flat();
  fill(bodies, aspect);
  return bodies;
}

/** Stretches the map towards the panel's form: more room for labels, and nothing that is apart can meet. */
function fill(bodies: readonly Body[], aspect: number): void {
  const { width, height } = bounds(bodies);
  const form = width / height / aspect;
  const stretch = Math.min(Math.max(form, 1 / form), MAX_STRETCH);
  for (const body of bodies) {
    if (form > 1) body.y *= stretch;
    else body.x *= stretch;
  }
}

function bounds(bodies: readonly Body[]): { left: number; top: number; width: number; height: number } {
  const left = Math.min(...bodies.map(({ x, width }) => x - width / 2));
  const top = Math.min(...bodies.map(({ y, height }) => y - height / 2));
  const right = Math.max(...bodies.map(({ x, width }) => x + width / 2));
  const bottom = Math.max(...bodies.map(({ y, height }) => y + height / 2));
  return { left, top, width: right - left, height: bottom - top };
}
