import type { MapChange, MapGraph } from './types.ts';

/** What turns `before` into `after`; undefined when only the time differs. */
export function changeBetween(before: MapGraph, after: MapGraph): MapChange | undefined {
  const nodes = difference(before.nodes, after.nodes);
  const edges = difference(before.edges, after.edges);
  const hidden = after.hidden ?? { nodes: 0, edges: 0 };
  const rehidden = !equal(before.hidden ?? { nodes: 0, edges: 0 }, hidden);
  if (!rehidden && isEmpty(nodes) && isEmpty(edges)) return undefined;
  return { generatedAt: after.generatedAt, window: after.window, nodes, edges, ...(rehidden && { hidden }) };
}

function difference<T extends { id: string }>(before: T[], after: T[]): { upserted: T[]; removed: string[] } {
  const earlier = new Map(before.map((item) => [item.id, item]));
  const upserted: T[] = [];
  for (const item of after) {
    if (!equal(earlier.get(item.id), item)) upserted.push(item);
    earlier.delete(item.id);
  }
  return { upserted, removed: [...earlier.keys()] };
}

function isEmpty({ upserted, removed }: { upserted: unknown[]; removed: unknown[] }): boolean {
  return upserted.length === 0 && removed.length === 0;
}

/** For the plain data of a graph. */
function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const before = Object.entries(a);
  const after = new Map(Object.entries(b));
  return before.length === after.size && before.every(([name, value]) => equal(value, after.get(name)));
}
