import type { MapEdge, MapNode } from '../../map/types.ts';
import { formatBytes, formatCount, formatMicros, formatRate } from '../format.ts';
import type { NodeRate } from './focus.ts';
import { failureText } from './health.ts';

/** A labelled figure, for tooltip and inspector. */
export interface Fact {
  readonly label: string;
  readonly value: string;
  readonly alarming?: boolean;
}

export function nodeFacts(node: MapNode, rate: NodeRate | undefined): Fact[] {
  const { active, opened, failed } = node.connections;
  return [
    { label: 'Active', value: formatCount(active) },
    { label: 'Opened', value: formatCount(opened) },
    { label: 'Failed', value: formatCount(failed), alarming: failed > 0 },
    { label: 'Sent', value: formatBytes(node.sent.bytes) },
    { label: 'Received', value: formatBytes(node.received.bytes) },
    { label: 'Now out', value: formatRate(rate?.out ?? 0) },
    { label: 'Now in', value: formatRate(rate?.in ?? 0) },
  ];
}

export function edgeFacts(edge: MapEdge): Fact[] {
  const { active, opened, closed } = edge.connections;
  const failures = failureText(edge);
  return [
    { label: 'Active', value: formatCount(active) },
    { label: 'Opened', value: formatCount(opened) },
    { label: 'Closed', value: formatCount(closed) },
    ...(failures === '' ? [] : [{ label: 'Failed', value: failures, alarming: true }]),
    { label: 'To server', value: formatBytes(edge.bytes.forward) },
    { label: 'To client', value: formatBytes(edge.bytes.backward) },
    { label: 'Now', value: formatRate(edge.rate.forward + edge.rate.backward) },
    ...(edge.rttUs === undefined ? [] : [{ label: 'RTT', value: formatMicros(edge.rttUs) }]),
    ...(edge.connectUs === undefined ? [] : [{ label: 'Connect', value: formatMicros(edge.connectUs) }]),
    ...(edge.retransmits === 0 ? [] : [{ label: 'Retransmits', value: formatCount(edge.retransmits) }]),
  ];
}

const MAX_PORTS = 4;

/** `tcp :80, :443`, cut after a few. */
export function edgePorts(edge: MapEdge): string {
  const shown = edge.ports.slice(0, MAX_PORTS).map((port) => `:${port}`);
  const rest = edge.ports.length - shown.length;
  return `${edge.protocol} ${shown.join(', ')}${rest > 0 ? ` +${rest}` : ''}`;
}
