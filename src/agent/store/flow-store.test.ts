import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FlowRecord } from '../../wire/flow.ts';
import { AT_MS, at, record, row } from './flow.fixture.ts';
import { FlowStore } from './flow-store.ts';

function makeStore(limits: { maxActive?: number; maxClosed?: number } = {}) {
  const evicted: string[] = [];
  const store = new FlowStore({
    maxActive: 100,
    maxClosed: 100,
    ...limits,
    onEvict: ({ id }) => evicted.push(id),
  });
  const put = (id: string, more: Partial<FlowRecord> = {}) => store.put(row(id, more))?.type;
  const ids = () => Array.from(store, ({ id }) => id);
  return { store, evicted, put, ids };
}

const closed = (seconds: number) =>
  ({ state: 'closed', closedAt: at(seconds), lastSeenAt: at(seconds) }) as const;

describe('a flow', () => {
  it('comes back as it was given', () => {
    const full = record('f', {
      cgroup: { id: 5_000_000_000, path: '/system.slice/nginx.service' },
      container: { id: 'ab'.repeat(32), runtime: 'docker' },
      process: { pid: 4_000_000, comm: 'nginx', exe: '/usr/sbin/nginx' },
      translated: { source: { ip: '192.168.1.1', port: 61_000 }, dest: { ip: '10.0.9.9', port: 8443 } },
      failure: 'reset',
      errno: 104,
      durationNs: 8_000_000_000,
      sent: { bytes: Number.MAX_SAFE_INTEGER, packets: 7 },
      received: { bytes: 0, packets: 0 },
      retransmits: 1,
      lostPackets: 0,
      connectUs: 30,
      rttUs: 40,
      rttVarUs: 5,
      closeMissed: true,
      ...closed(8),
    });
    const { store } = makeStore();
    store.put(row('f', full));
    expect(store.get('f')?.record()).toEqual(full);
  });

  it('is opened, updated and closed', () => {
    const { put } = makeStore();
    expect(put('f')).toBe('flow.opened');
    expect(put('f', { sent: { bytes: 9, packets: 1 } })).toBe('flow.updated');
    expect(put('f', closed(1))).toBe('flow.closed');
  });

  it('is final when it has closed', () => {
    const { store, put } = makeStore();
    put('f', { ...closed(1), sent: { bytes: 9, packets: 1 } });
    expect(put('f')).toBeUndefined();
    expect(store.get('f')?.sent.bytes).toBe(9);
    expect(store.counts).toMatchObject({ active: 0, closed: 1 });
  });

  it('has a rate from its reports', () => {
    const { store, put } = makeStore();
    put('f', { lastSeenAt: at(0) });
    put('f', { lastSeenAt: at(2), sent: { bytes: 4000, packets: 4 } });
    expect(store.get('f')?.rate).toEqual({ sent: 2000, received: 0, untilMs: AT_MS + 7000 });
  });

  it('that was long open when it was first seen has no rate yet', () => {
    const { store, put } = makeStore();
    put('f', { lastSeenAt: at(600), sent: { bytes: 1e9, packets: 1 } });
    expect(store.get('f')?.rate.sent).toBe(0);
  });
});

describe('limits', () => {
  it('let the least recently active flow make room', () => {
    const { store, evicted, put, ids } = makeStore({ maxActive: 3 });
    for (const id of ['a', 'b', 'c', 'a', 'd']) put(id);
    expect(ids()).toEqual(['c', 'a', 'd']);
    expect(evicted).toEqual(['b']);
    expect(store.counts).toMatchObject({ active: 3, evictedActive: 1 });
    expect(store.get('b')).toBeUndefined();
  });

  it('let the flow that closed first make room', () => {
    const { store, put, ids } = makeStore({ maxClosed: 2 });
    for (const [i, id] of ['a', 'b', 'c', 'd'].entries()) put(id, closed(i));
    put('e');
    expect(ids()).toEqual(['c', 'd', 'e']);
    expect(store.counts).toMatchObject({ closed: 2, evictedClosed: 2 });
  });

  it('do not make an active flow go for one that has closed already', () => {
    const { put, ids } = makeStore({ maxActive: 1 });
    put('a');
    put('b', closed(1));
    expect(ids()).toEqual(['b', 'a']);
  });

  it('may keep no closed flow at all, but still tell of its end', () => {
    const { store, put } = makeStore({ maxClosed: 0 });
    expect(put('a', closed(1))).toBe('flow.closed');
    put('b');
    expect(store.get('a')).toBeUndefined();
  });
});

describe('a list', () => {
  it('closes the flows that it does not name', () => {
    const { store, put } = makeStore();
    put('a');
    put('b');
    store.beginList();
    put('b');
    put('c');
    const changes = Array.from(store.endList(), ({ type, flow }) => [type, flow.id]);
    expect(changes).toEqual([['flow.closed', 'a']]);
    expect(store.get('a')?.record()).toMatchObject({ state: 'closed', closeMissed: true });
    expect(store.counts).toMatchObject({ active: 2, closed: 1 });
  });

  it('does not bring closed flows back that have made room', () => {
    const { store, put, ids } = makeStore({ maxClosed: 2 });
    for (const [i, id] of ['a', 'b', 'c'].entries()) put(id, closed(i));
    put('open');
    store.beginList();
    expect(put('a', closed(0))).toBeUndefined();
    expect(put('missed', closed(1.5))).toBe('flow.closed');
    Array.from(store.endList());
    expect(ids()).not.toContain('a');
    expect(put('late', closed(0.5))).toBe('flow.closed');
  });

  it('of another run begins with no active flows', () => {
    const { store, put, ids } = makeStore();
    put('a');
    put('b', closed(1));
    expect(Array.from(store.dropActive(), ({ id }) => id)).toEqual(['a']);
    expect(ids()).toEqual(['b']);
  });
});

it('gives the flows of one moment, save those that have made room since', () => {
  const { store, put } = makeStore({ maxActive: 2 });
  put('a', { lastSeenAt: at(1) });
  put('b', { lastSeenAt: at(2) });
  const snapshot = store.snapshot();
  put('c', { lastSeenAt: at(3) });
  put('b', { lastSeenAt: at(4) });
  expect(snapshot.length).toBe(2);
  expect(snapshot.at(0)).toBeUndefined();
  expect(snapshot.record(1)).toMatchObject({ id: 'b', lastSeenAt: at(4) });
  expect([snapshot.end(0), snapshot.end(1)]).toEqual([undefined, Date.parse(at(4))]);
});

it('stays within its limits and keeps what came last, whatever comes', () => {
  const step = fc.record({ id: fc.nat(12), end: fc.boolean(), bytes: fc.nat(100) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { store, put } = makeStore({ maxActive: 4, maxClosed: 3 });
      const last = new Map<string, Partial<FlowRecord>>();
      for (const [i, { id, end, bytes }] of steps.entries()) {
        const more = { ...(end ? closed(i) : { lastSeenAt: at(i) }), sent: { bytes, packets: 1 } };
        if (put(`f${id}`, more) !== undefined) last.set(`f${id}`, more);
        const flows = Array.from(store, (flow) => flow.record());
        const active = flows.filter(({ state }) => state !== 'closed');
        expect(active.length).toBeLessThanOrEqual(4);
        expect(flows.length - active.length).toBeLessThanOrEqual(4);
        for (const flow of flows) expect(flow).toMatchObject(last.get(flow.id) ?? {});
        expect(store.get(`f${id}`)).toBeDefined();
      }
    }),
  );
});
