import type { MeteredFlow } from './flow-meter.ts';

export const NOW = Date.parse('2026-01-31T12:00:00Z');

/** A flow of one pod of the shop to another, opened a second after NOW. */
export function flow(slot: number, more: Partial<MeteredFlow> = {}): MeteredFlow {
  return {
    slot,
    protocol: 'tcp',
    role: 'client',
    state: 'established',
    openedMs: NOW + 1_000,
    source: { port: 40_000 },
    dest: {
      ip: '10.0.0.2',
      port: 80,
      kubernetes: { namespace: 'shop', workload: { kind: 'Deployment', name: 'db' } },
    },
    process: { comm: 'cart' },
    container: { id: 'ab12cd34ef567890' },
    kubernetes: { namespace: 'shop', pod: 'cart-1', workload: { kind: 'Deployment', name: 'cart' } },
    sent: { bytes: 0, packets: 0 },
    received: { bytes: 0, packets: 0 },
    ...more,
  };
}
