import type { MapDnsQuery } from '../map/types.ts';
import type { StoredFlow } from './sources.ts';

/** The clocks of a flow and of its lookups may differ by so much. */
const SLACK_MS = 1000;

/** DNS transactions by the ends that they were between, of which those of the flows that are met are wanted. */
export class MatchingLookups {
  /** Those that were a part of a flow that was met. */
  readonly found = new Set<MapDnsQuery>();
  readonly #ports = new Set<number>();
  readonly #byEnds = new Map<string, MapDnsQuery[]>();

  add(query: MapDnsQuery): void {
    const { transport, source, server } = query;
    const ends = endsOf(transport, source, server);
    const known = this.#byEnds.get(ends);
    if (known === undefined) this.#byEnds.set(ends, [query]);
    else known.push(query);
    this.#ports.add(server.port);
  }

  /** Looks at both ends as the asking socket sees them, whatever NAT made of them. */
  meet(flow: StoredFlow): void {
    const { protocol, netns, source, dest, state, openedMs = 0, closedMs, lastSeenMs = 0 } = flow;
    if (!this.#ports.has(dest.port)) return;
    const from = openedMs - SLACK_MS;
    const to = state === 'closed' ? (closedMs ?? lastSeenMs) + SLACK_MS : Number.POSITIVE_INFINITY;
    for (const query of this.#byEnds.get(endsOf(protocol, source, dest)) ?? []) {
      const isSameNetwork = query.netns === undefined || netns === undefined || query.netns === netns;
      if (isSameNetwork && query.askedMs >= from && query.askedMs <= to) this.found.add(query);
    }
  }
}

interface End {
  ip: string;
  port: number;
}

function endsOf(protocol: string, source: End, server: End): string {
  return `${protocol} ${source.ip} ${source.port} ${server.ip} ${server.port}`;
}
