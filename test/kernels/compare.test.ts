import { describe, expect, it } from 'vitest';
import type { FlowRecord } from '../../src/wire/flow.ts';
import { compare } from './compare.ts';

const done = {
  port: 80,
  client: { pid: 10, sent: 200, received: 100 },
  server: { pid: 20, sent: 100, received: 200 },
};

function flow(side: 'client' | 'server', changes: Partial<FlowRecord> = {}): FlowRecord {
  const own = { ip: '127.0.0.1', port: side === 'client' ? 40000 : 80 };
  const other = { ip: '127.0.0.1', port: side === 'client' ? 80 : 40000 };
  const end = done[side];
  return {
    id: `${side}-1`,
    protocol: 'tcp',
    family: 'ipv4',
    source: own,
    dest: other,
    state: 'closed',
    process: { pid: end.pid },
    sent: { bytes: end.sent, packets: 1 },
    received: { bytes: end.received, packets: 1 },
    ...changes,
  };
}

const once = { connections: 1 };

describe('comparing flows with what the programs say', () => {
  it('finds nothing in flows that say the same', () => {
    expect(compare([flow('client'), flow('server')], done, once)).toEqual({ differences: [], flows: [] });
  });

  it('names a byte too few, with the flow', () => {
    const wrong = flow('server', { sent: { bytes: 99, packets: 1 } });
    expect(compare([flow('client'), wrong], done, once)).toEqual({
      differences: ['server bytes sent: 99 instead of 100'],
      flows: [wrong],
    });
  });

  it('divides among connections, so that errors do not cancel out', () => {
    const part = (id: string, sent: number) =>
      flow('client', { id, sent: { bytes: sent, packets: 1 }, received: { bytes: 50, packets: 1 } });
    const servers = ['a', 'b'].map((id) =>
      flow('server', { id, sent: { bytes: 50, packets: 1 }, received: { bytes: 100, packets: 1 } }),
    );
    const { differences } = compare([part('c', 99), part('d', 101), ...servers], done, { connections: 2 });
    expect(differences).toEqual([
      'client bytes sent: 99 instead of 100',
      'client bytes sent: 101 instead of 100',
    ]);
  });

  it('names a side that is missing, and one that is there twice', () => {
    const { differences } = compare([flow('client'), flow('client')], done, once);
    expect(differences).toEqual([
      'client flows: 2 instead of 1',
      'different client flows: 1 instead of 2',
      'server flows: 0 instead of 1',
    ]);
  });

  it('wants the failure of the side that met it, and no other', () => {
    const flows = [flow('client', { failure: 'timeout' }), flow('server')];
    expect(compare(flows, done, { ...once, failures: { server: 'reset' } }).differences).toEqual([
      'client failure: timeout instead of undefined',
      'server failure: undefined instead of reset',
    ]);
  });

  it('wants no server where nothing listens', () => {
    const flows = [flow('client')];
    expect(compare(flows, done, { ...once, serverless: true }).differences).toEqual([]);
  });
});
