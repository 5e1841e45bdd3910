import type { MapEdge } from '../../map/types.ts';

/** Samples that the header's curve shows. */
export const HISTORY_LENGTH = 60;

/** Bytes per second over all edges, both ways. */
export function totalRate(edges: Iterable<MapEdge>): number {
  let total = 0;
  for (const { rate } of edges) total += rate.forward + rate.backward;
  return total;
}

/** The newest sample last, never more than HISTORY_LENGTH. */
export function withSample(history: readonly number[], sample: number): number[] {
  return [...history.slice(-(HISTORY_LENGTH - 1)), sample];
}

/** An SVG path through the samples in a box of `width` by `height`; its foot is 0, its top the largest sample. */
export function curve(
  history: readonly number[],
  { width, height }: { width: number; height: number },
): string {
  const top = Math.max(...history, 1);
  const step = width / (HISTORY_LENGTH - 1);
  const first = HISTORY_LENGTH - history.length;
  return history
    .map((sample, index) => {
      const x = ((first + index) * step).toFixed(1);
      const y = (height - (sample / top) * height).toFixed(1);
      return `${index === 0 ? 'M' : 'L'}${x},${y}`;
    })
    .join('');
}
