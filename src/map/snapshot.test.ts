import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mergeSnapshots, type Snapshot, snapshotOf } from './snapshot.ts';
import { SnapshotCursor, SnapshotTable } from './snapshot-table.ts';
import { FAILURES } from './types.ts';

const count = fc.nat(1000);
const snapshot: fc.Arbitrary<Snapshot> = fc.record({
  opened: count,
  closed: count,
  lastSeen: fc.nat(3),
  sent: count,
  received: count,
  packetsSent: count,
  packetsReceived: count,
  retransmits: count,
  lostPackets: count,
  connectUs: count,
  rttUs: fc.nat(3),
  rateSent: fc.nat(3),
  rateReceived: fc.nat(3),
  rateUntil: fc.nat(3),
  failure: fc.nat(FAILURES.length),
});

it('merges reports of a flow in any order and any number', () => {
  fc.assert(
    fc.property(snapshot, snapshot, snapshot, (a, b, c) => {
      expect(mergeSnapshots(a, a)).toEqual(a);
      expect(mergeSnapshots(a, b)).toEqual(mergeSnapshots(b, a));
      expect(mergeSnapshots(mergeSnapshots(a, b), c)).toEqual(mergeSnapshots(a, mergeSnapshots(b, c)));
    }),
  );
});

it('takes samples from the later report', () => {
  const early = { ...snapshotOf(flow), lastSeen: 1, rttUs: 900 };
  const late = { ...snapshotOf(flow), lastSeen: 2, rttUs: 50 };
  expect(mergeSnapshots(early, late).rttUs).toBe(50);
});

it('knows that a flow closed even when its close has no time', () => {
  expect(snapshotOf({ ...flow, state: 'closed' }).closed).toBeGreaterThan(0);
});

it('counts a failure that it has no name for as other', () => {
  expect(FAILURES[snapshotOf({ ...flow, failure: 'gremlins' }).failure - 1]).toBe('other');
});

it('keeps snapshots by slot and gives slots again that were freed', () => {
  fc.assert(
    fc.property(fc.array(snapshot, { minLength: 70, maxLength: 200 }), snapshot, (snapshots, more) => {
      const table = new SnapshotTable();
      const read = (slot: number) => copy(new SnapshotCursor(table).at(slot));
      const slots = snapshots.map((each, i) => table.add(`f${i}`, each));
      expect(slots.map(read)).toEqual(snapshots);
      for (const [i, slot] of slots.entries()) {
        table.merge(slot, more);
        expect(read(slot)).toEqual(mergeSnapshots(snapshots[i] ?? more, more));
      }
      const [freed = 0] = slots;
      table.delete(freed);
      expect(table.id(freed)).toBeUndefined();
      expect(table.add('again', more)).toBe(freed);
      expect(read(freed)).toEqual(more);
      expect(table.size).toBe(snapshots.length);
    }),
    { numRuns: 10 },
  );
});

function copy(snapshot: Snapshot): Snapshot {
  const { opened, closed, lastSeen, sent, received, retransmits, connectUs, rttUs } = snapshot;
  const { rateSent, rateReceived, rateUntil, failure } = snapshot;
  const { packetsSent, packetsReceived, lostPackets } = snapshot;
  const rate = { rateSent, rateReceived, rateUntil };
  const packets = { packetsSent, packetsReceived, lostPackets };
  const rest = { connectUs, rttUs, failure };
  return { opened, closed, lastSeen, sent, received, retransmits, ...packets, ...rate, ...rest };
}

const flow = {
  id: 'f',
  protocol: 'tcp',
  source: { ip: '10.0.0.1', port: 40000 },
  dest: { ip: '10.0.0.2', port: 80 },
  state: 'established',
  sent: { bytes: 1 },
  received: { bytes: 2 },
};
