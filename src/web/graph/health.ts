import type { MapEdge } from '../../map/types.ts';

/** Connections on this edge that failed, whatever the reason. */
export function failureCount(edge: MapEdge): number {
  let total = 0;
  for (const count of Object.values(edge.connections.failed)) total += count ?? 0;
  return total;
}

/** Reasons with the most frequent first: `12 refused, 1 timeout`. Empty when nothing failed. */
export function failureText(edge: MapEdge): string {
  return Object.entries(edge.connections.failed)
    .filter(([, count]) => (count ?? 0) > 0)
    .sort(([a, countA], [b, countB]) => (countB ?? 0) - (countA ?? 0) || a.localeCompare(b))
    .map(([reason, count]) => `${count} ${reasonText(reason)}`)
    .join(', ');
}

/** As a reader would say it. */
export function reasonText(reason: string): string {
  return reason.replaceAll('_', ' ');
}

export type Health = 'ok' | 'degraded' | 'failing' | 'broken';

/** From this share of failed connections on an edge is failing. */
const FAILING_SHARE = 0.05;

/** `broken`: no connection of this edge was ever established. */
export function edgeHealth(edge: MapEdge): Health {
  const failed = failureCount(edge);
  if (failed === 0) return 'ok';
  const established = edge.connections.active + edge.connections.closed;
  if (established + edge.connections.opened === 0) return 'broken';
  return failureShare(edge) < FAILING_SHARE ? 'degraded' : 'failing';
}

/** Which of its connections failed, from 0 to 1. */
export function failureShare(edge: MapEdge): number {
  const { active, closed } = edge.connections;
  const failed = failureCount(edge);
  // A connection that was reset was established before, and is closed too.
  return failed / Math.max(active + closed, failed, 1);
}
