import type { FlowRecord, FlowRow } from '../../wire/flow.ts';
import { flowToRow } from '../../wire/rows.ts';

/** A flow of a node that does not exist. */
export function record(id: string, more: Partial<FlowRecord> = {}): FlowRecord {
  return {
    id,
    protocol: 'tcp',
    family: 'ipv4',
    netns: 4_026_531_840,
    direction: 'outgoing',
    role: 'client',
    source: { ip: '10.0.0.1', port: 40_000 },
    dest: { ip: '10.0.0.2', port: 443 },
    process: { pid: 100, comm: 'curl' },
    state: 'established',
    openedAt: at(0),
    lastSeenAt: at(0),
    sent: { bytes: 0, packets: 0 },
    received: { bytes: 0, packets: 0 },
    ...more,
  };
}

export function row(id: string, more: Partial<FlowRecord> = {}): FlowRow {
  return flowToRow(record(id, more));
}

/** Seconds after the beginning of the fixture's time, as RFC 3339. */
export function at(seconds: number): string {
  return new Date(AT_MS + seconds * 1000).toISOString().replace('Z', '000000Z');
}

export const AT_MS = Date.parse('2026-03-01T12:00:00Z');
