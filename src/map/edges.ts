import { dnsOf } from './dns.ts';
import type { NodeFace } from './faces.ts';
import type { Figures } from './figures.ts';
import { latencyOf } from './latency.ts';
import { signalsOf } from './signals.ts';
import { FAILURES, type MapEdge } from './types.ts';
import type { TimeWindow } from './window.ts';

/** An edge to a scanned host would name all its ports. */
export const MAX_PORTS = 100;

/** The connections between two nodes over one protocol. */
export interface Edge {
  id: string;
  protocol: string;
  source: NodeFace;
  target: NodeFace;
  ports: Set<number>;
  figures: Figures;
}

export function edgeId(protocol: string, source: NodeFace, target: NodeFace): string {
  return `${protocol}:${source.id}->${target.id}`;
}

export function edgeOf(edge: Edge, { live, seconds }: TimeWindow): MapEdge {
  const { id, protocol, source, target, ports, figures } = edge;
  const ascending = [...ports].sort((a, b) => a - b).slice(0, MAX_PORTS);
  const count = figures.count.bind(figures);
  const rate = (now: number, bytes: number) => Math.round(live ? now : bytes / seconds);
  const dns = dnsOf(figures);
  return {
    id,
    source: source.id,
    target: target.id,
    ...(ascending[0] !== undefined && { port: ascending[0] }),
    ports: ascending,
    protocol,
    connections: {
      active: count('active'),
      opened: count('opened'),
      closed: count('closed'),
      failed: failedOf(figures),
    },
    bytes: { forward: count('forward'), backward: count('backward') },
    packets: { forward: count('packetsForward'), backward: count('packetsBackward') },
    rate: {
      forward: rate(count('rateForward'), count('forward')),
      backward: rate(count('rateBackward'), count('backward')),
    },
    retransmits: count('retransmits'),
    lostPackets: count('lostPackets'),
    ...latencies(figures),
    ...(dns && { dns }),
    signals: signalsOf(figures, seconds),
    lastSeenAt: new Date(figures.lastSeen).toISOString(),
  };
}

function failedOf(figures: Figures): MapEdge['connections']['failed'] {
  const failed: MapEdge['connections']['failed'] = {};
  for (const reason of FAILURES) {
    const count = figures.count(reason);
    if (count > 0) failed[reason] = count;
  }
  return failed;
}

function latencies(figures: Figures): Pick<MapEdge, 'rttUs' | 'connectUs' | 'latency'> {
  const rtt = latencyOf(figures.sketch('rtt'));
  const connect = latencyOf(figures.sketch('connect'));
  if (rtt === undefined && connect === undefined) return {};
  return {
    ...(rtt && { rttUs: Math.round(figures.count('rttSum') / rtt.count) }),
    ...(connect && { connectUs: Math.round(figures.count('connectSum') / connect.count) }),
    latency: { ...(rtt && { rtt }), ...(connect && { connect }) },
  };
}
