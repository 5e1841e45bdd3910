import type { MapFlow } from '../../map/types.ts';
import type { FlowView } from '../store/flow-view.ts';

/** The flow as it was when it had carried `before` (by CARRIED), which it had at `atMs`; undefined = nothing yet. */
export function earlier(
  flow: FlowView,
  before: readonly number[] | undefined,
  atMs: number,
): MapFlow | undefined {
  if (before === undefined || before.every((count) => count === 0)) return undefined;
  const [sent = 0, received = 0, packetsSent = 0, packetsReceived = 0, retransmits = 0, lostPackets = 0] =
    before;
  const { id, protocol, netns, direction, role, source, dest, translated, process, container } = flow;
  const { kubernetes, openedMs } = flow;
  return {
    ...{ id, protocol, netns, direction, role, source, dest, translated, process, container, kubernetes },
    state: 'established',
    openedMs,
    lastSeenMs: atMs,
    sent: { bytes: sent, packets: packetsSent },
    received: { bytes: received, packets: packetsReceived },
    retransmits,
    lostPackets,
  };
}
