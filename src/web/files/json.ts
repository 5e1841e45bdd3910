import type { VisibleGraph } from '../graph/visible.ts';

/** What is drawn, as the API would answer it. */
export function mapJson(visible: VisibleGraph, map: { generatedAt: string; group: string }): string {
  const { nodes, edges } = visible;
  return `${JSON.stringify({ ...map, nodes, edges }, null, 2)}\n`;
}
