import type { MapEdge, MapNode } from '../../map/types.ts';
import type { Fact } from '../graph/facts.ts';
import { latencyFacts, saturationFacts, signalFacts } from '../graph/signals.ts';
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

export function EdgeSignals({ edge: { signals, latency } }: { edge: MapEdge }) {
  return (
    <div class="signals">
      <Group title="Signals" facts={signalFacts(signals)} />
      {latency?.rtt !== undefined && <Group title="Round trips" facts={latencyFacts(latency.rtt)} />}
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
