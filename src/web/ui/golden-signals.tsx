import type { MapEdge, MapNode } from '../../map/types.ts';
import type { Fact } from '../graph/facts.ts';
import { dnsFacts, latencyFacts, saturationFacts, signalFacts } from '../graph/signals.ts';
import type { GraphState } from '../graph/state.ts';
import { Facts } from './tooltip.tsx';

/** Latency, traffic, errors and saturation of a node: as a server, as a client, of its containers. */
export function NodeSignals({ node: { signals, saturation } }: { node: MapNode }) {
  return (
    <div class="signals">
      {signals.served !== undefined && <Group title="Served" facts={signalFacts(signals.served)} />}
      {signals.called !== undefined && <Group title="Called" facts={signalFacts(signals.called)} />}
      {saturation !== undefined && <Group title="Saturation" facts={saturationFacts(saturation)} />}
    </div>
  );
}

const MAX_SERVERS = 4;

/** What a node asked name servers, of those it asked most; nothing where it asked none. */
export function NodeLookups({ edges, graph }: { edges: readonly MapEdge[]; graph: GraphState }) {
  const asked = edges.flatMap(({ id, target, dns }) => (dns === undefined ? [] : [{ id, target, dns }]));
  if (asked.length === 0) return null;
  const shown = asked.toSorted((a, b) => b.dns.queries - a.dns.queries).slice(0, MAX_SERVERS);
  return (
    <div class="signals">
      {shown.map(({ id, target, dns }) => (
        <Group key={id} title={`DNS → ${graph.nodes.get(target)?.name ?? target}`} facts={dnsFacts(dns)} />
      ))}
      {asked.length > shown.length && <span>+{asked.length - shown.length}</span>}
    </div>
  );
}

export function EdgeSignals({ edge: { signals, latency, dns } }: { edge: MapEdge }) {
  return (
    <div class="signals">
      <Group title="Signals" facts={signalFacts(signals)} />
      {latency?.rtt !== undefined && <Group title="Round trips" facts={latencyFacts(latency.rtt)} />}
      {dns !== undefined && <Group title="DNS" facts={dnsFacts(dns)} />}
    </div>
  );
}

function Group({ title, facts }: { title: string; facts: readonly Fact[] }) {
  return (
    <section>
      <h3>{title}</h3>
      <Facts facts={facts} />
    </section>
  );
}
