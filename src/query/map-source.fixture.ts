import { NetworkMap } from '../map/network-map.ts';
import type { TimelineQuery } from '../map/timeline.ts';
import type { MapGraph } from '../map/types.ts';
import type { FlowReport, MapSource, StoredFlow } from './sources.ts';

export const NOW = 1_700_000_000_000;

/** A map whose time stands still until the test moves it. */
export class TestSource implements MapSource {
  readonly windowMs = 300_000;
  version = 0;
  drawn = 0;
  /** Maps of some flows that were begun, walks through the flows that go on, the most of them, and those that ended. */
  walked = 0;
  walks = 0;
  mostWalks = 0;
  finished = 0;
  readonly drawnGroups = new Set<string>();
  time = NOW;
  readonly #map = new NetworkMap({ windowMs: this.windowMs });
  readonly #flows = new Map<string, StoredFlow>();

  now(): number {
    return this.time;
  }

  graph(query: Parameters<MapSource['graph']>[0]): MapGraph {
    this.drawn += 1;
    this.drawnGroups.add(query.group);
    return this.#map.graph(query);
  }

  timeline(query: TimelineQuery) {
    return this.#map.timeline(query);
  }

  reports(): Iterable<FlowReport> {
    this.walked += 1;
    const flows = [...this.#flows.values()];
    const source = this;
    return {
      *[Symbol.iterator]() {
        source.walks += 1;
        source.mostWalks = Math.max(source.mostWalks, source.walks);
        try {
          for (const flow of flows) yield { flow, before: () => undefined, isLast: true };
          source.finished += 1;
        } finally {
          source.walks -= 1;
        }
      },
    };
  }

  reportsKeptFrom: undefined;

  lookups(): undefined {}

  tell(id: string, bytes: number, comm = 'curl'): void {
    const flow: StoredFlow = {
      id,
      protocol: 'tcp',
      family: 'ipv4',
      role: 'client',
      source: { ip: '10.0.0.1', port: 10_000 + Number(/\d+/.exec(id)?.[0] ?? 0) },
      dest: { ip: '10.0.0.2', port: 80 },
      process: { comm },
      state: 'established',
      openedMs: NOW,
      lastSeenMs: NOW,
      sent: { bytes },
      received: { bytes: 0 },
    };
    this.#flows.set(id, flow);
    this.#map.update(flow, this.time);
    this.version += 1;
    // As long after as it takes to be drawn again.
    this.time += 60_000;
  }

  tellMany(flows: number): void {
    for (let i = 0; i < flows; i++) this.tell(`f${i}`, 1);
    this.time = NOW;
  }
}
