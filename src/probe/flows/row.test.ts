import { describe, expect, it } from 'vitest';
import { FLOW_FIELDS } from '../../wire/flow.ts';
import { Clock } from '../clock.ts';
import { ConnRole, TcpState } from '../events.gen.ts';
import { ListenerSet } from '../sources/listeners.ts';
import { flowRecord } from './record.fixture.ts';
import { flowRow, type RowContext } from './row.ts';
import type { FlowView } from './table.ts';
import type { FlowFields } from './write-record.ts';

const bootEpoch = 1_700_000_000_000_000_000n;

const context: RowContext = {
  clock: new Clock(() => ({ realtime: bootEpoch, boottime: 0n })),
  bootId: '01234567-89ab-cdef-0123-456789abcdef',
  owners: {
    resolveOwner: ({ cgroupId }) => ({ cgroup: { id: cgroupId, path: '/a' }, exe: '/usr/bin/curl' }),
  },
  listeners: new ListenerSet(),
};

function row(fields: FlowFields, marks: Partial<Omit<FlowView, 'record'>> = {}) {
  const unmarked = { local: false, closeMissed: false, translation: undefined, name: undefined };
  const values = flowRow({ record: flowRecord(fields), ...unmarked, ...marks }, context);
  expect(values).toHaveLength(FLOW_FIELDS.length);
  const named = FLOW_FIELDS.map(([name], index) => [name, values[index]] as const);
  return Object.fromEntries(named.filter(([, value]) => value !== null));
}

describe('flowRow', () => {
  it('has everything that is known of an open connection, and nothing that is not', () => {
    expect(row({ sent: 5, cgroupId: 25 })).toEqual({
      id: '01234567-lfls-1',
      protocol: 'tcp',
      family: 'ipv4',
      netns: 4_026_531_840,
      direction: 'outgoing',
      role: 'client',
      'source.ip': '10.0.0.1',
      'source.port': 50_000,
      'dest.ip': '10.0.0.2',
      'dest.port': 80,
      'process.pid': 100,
      'process.comm': 'curl',
      'process.exe': '/usr/bin/curl',
      'cgroup.id': 25,
      'cgroup.path': '/a',
      state: 'established',
      openedAt: bootEpoch + 1_000_000n,
      lastSeenAt: bootEpoch + 2_000_000n,
      'sent.bytes': 5,
      'sent.packets': 0,
      'received.bytes': 0,
      'received.packets': 0,
      retransmits: 0,
      lostPackets: 0,
      connectUs: 500,
    });
  });

  it('has the end, the duration and the reason of a failed connection', () => {
    const failed = row({
      establishedNs: 0,
      oldState: TcpState.SYN_SENT,
      state: TcpState.CLOSE,
      error: 111,
      atNs: 9_000_000,
    });
    expect(failed).toMatchObject({
      state: 'closed',
      closedAt: bootEpoch + 9_000_000n,
      durationNs: 8_000_000,
      failure: 'refused',
      errno: 111,
    });
    expect(failed).not.toHaveProperty('connectUs');
  });

  it('calls a connection incoming on the side that accepted it, local when both ends are here', () => {
    expect(row({ role: ConnRole.SERVER })).toMatchObject({ direction: 'incoming', role: 'server' });
    expect(row({ role: ConnRole.SERVER }, { local: true })).toMatchObject({
      direction: 'local',
      role: 'server',
    });
  });

  it('asks for the owner at the time of the connection, of one that was accepted and has closed at its end', () => {
    const asked: unknown[] = [];
    const resolveOwner = ({ atNs }: { atNs?: number }) => {
      asked.push(atNs);
      return {};
    };
    const fields = { openedNs: 1_000_000, establishedNs: 1_500_000, atNs: 9_000_000 };
    for (const role of [ConnRole.CLIENT, ConnRole.SERVER]) {
      for (const state of [TcpState.ESTABLISHED, TcpState.CLOSE]) {
        const view = { local: false, closeMissed: false, translation: undefined, name: undefined };
        const record = flowRecord({ ...fields, role, state });
        flowRow({ record, ...view }, { ...context, owners: { resolveOwner } });
      }
    }
    expect(asked).toEqual([1_500_000, 1_500_000, 1_500_000, 9_000_000]);
  });

  it('tells the role of a socket older than the probe by what listens on its port', () => {
    const old = {
      role: ConnRole.UNKNOWN,
      openedNs: 0,
      establishedNs: 0,
      sourcePort: 8080,
      pid: 0,
      cookie: 77,
    };
    expect(row(old)).toMatchObject({ role: 'client', id: '01234567-c25' });
    context.listeners = { has: (_, port) => port === 8080 };
    expect(row(old)).toMatchObject({ role: 'server' });
    expect(row(old)).not.toHaveProperty('process.pid');
    expect(row(old)).not.toHaveProperty('openedAt');
  });

  it('has the ends behind NAT, each where it is another', () => {
    const source = { ip: '10.0.0.9', port: 50_001 };
    const dest = { ip: '10.0.0.3', port: 8080 };
    const both = { 'translated.source.ip': '10.0.0.9', 'translated.source.port': 50_001 };
    expect(row({}, { translation: { source, dest } })).toMatchObject({
      ...both,
      'translated.dest.ip': '10.0.0.3',
      'translated.dest.port': 8080,
    });
    expect(row({}, { translation: { source } })).toMatchObject(both);
    expect(row({}, { translation: { source } })).not.toHaveProperty('translated.dest.ip');
  });

  it('keeps a count above 32 bits an integer', () => {
    expect(row({ sent: 5_000_000_000 })['sent.bytes']).toBe(5_000_000_000n);
  });

  it('claims neither an end nor a reason when the close was missed', () => {
    const missed = row({ state: TcpState.CLOSE, error: 104 }, { closeMissed: true });
    expect(missed).toMatchObject({ state: 'closed', closeMissed: true });
    expect(missed).not.toHaveProperty('closedAt');
    expect(missed).not.toHaveProperty('failure');
  });

  it('tells the name of its destination, and that there are others', () => {
    expect(row({}, { name: { domain: 'shop.test', others: 0 } })).toMatchObject({
      'dest.domain': 'shop.test',
    });
    expect(row({}, { name: { domain: 'shop.test', others: 0 } })).not.toHaveProperty('dest.otherDomains');
    expect(row({}, { name: { domain: 'shop.test', others: 2 } })).toMatchObject({ 'dest.otherDomains': 2 });
  });
});
