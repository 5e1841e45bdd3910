import { type FlowRecord, TcpState } from '../events.gen.ts';

/**
 * Whether a record of the snapshot can be one of a socket that lives. When the kernel skipped every program at the end of
 * a connection, its socket is still known by an address at which there may be anything by now.
 */
export function isLive({ state, netns, destPort, sent, received }: FlowRecord): boolean {
  const isOpen = state >= TcpState.ESTABLISHED && state <= TcpState.CLOSING && state !== TcpState.CLOSE;
  return isOpen && netns !== 0 && destPort !== 0 && Math.max(sent, received) <= Number.MAX_SAFE_INTEGER;
}
