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
    .map(([reason, count]) => `${count} ${reason.replaceAll('_', ' ')}`)
    .join(', ');
}

/** `broken`: no connection of this edge was ever established. */
export function edgeHealth(edge: MapEdge): 'ok' | 'failing' | 'broken' {
  if (failureCount(edge) === 0) return 'ok';
  const { active, opened, closed } = edge.connections;
  return active + opened + closed === 0 ? 'broken' : 'failing';
}
