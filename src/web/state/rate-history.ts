import type { MapEdge } from '../../map/types.ts';
import { withSample } from './throughput.ts';

/** Bytes per second of every edge, a sample a second for the last minute. */
export class RateHistory {
  #edges = new Map<string, readonly number[]>();

  /** Forgets edges that are not on the map any more. */
  sample(edges: Iterable<MapEdge>): void {
    const next = new Map<string, readonly number[]>();
    for (const { id, rate } of edges) {
      next.set(id, withSample(this.#edges.get(id) ?? [], rate.forward + rate.backward));
    }
    this.#edges = next;
  }

  /** The sum over edges, the newest last. */
  of(ids: Iterable<string>): number[] {
    const sum: number[] = [];
    for (const id of ids) {
      const samples = this.#edges.get(id) ?? [];
      samples.forEach((sample, index) => {
        // Younger edges have fewer samples: what counts is how long ago.
        const at = index - samples.length;
        sum[-at - 1] = (sum[-at - 1] ?? 0) + sample;
      });
    }
    return Array.from(sum, (value = 0) => value).reverse();
  }
}
