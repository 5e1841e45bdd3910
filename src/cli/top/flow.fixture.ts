import type { TopFlow } from './flow-book.ts';

export const NOW = Date.parse('2026-01-31T12:00:00Z');

export function at(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -1)}000000Z`;
}

/** A flow that was opened ten seconds ago and seen `seenAgo` milliseconds ago. */
export function flow(id: string, seenAgo: number, more: Partial<TopFlow> = {}): TopFlow {
  return {
    id,
    protocol: 'tcp',
    family: 'ipv4',
    source: { ip: '10.0.0.1', port: 40_000 },
    dest: { ip: '10.0.0.2', port: 80 },
    process: { pid: 7, comm: 'curl' },
    state: 'established',
    openedAt: at(NOW - 10_000),
    lastSeenAt: at(NOW - seenAgo),
    sent: { bytes: 0, packets: 0 },
    received: { bytes: 0, packets: 0 },
    ...more,
  };
}
