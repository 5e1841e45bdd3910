import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { FlowRecord } from '../../wire/flow.ts';
import { readFlow } from '../../wire/rows.ts';
import { AT_MS, at, record, row } from '../store/flow.fixture.ts';
import { FlowBlock } from './flow-block.ts';
import { FlowHistory } from './flow-history.ts';

const OPTIONS = { windowMs: 3_600_000, slotMs: 10_000, maxBytes: 2 ** 24, names: undefined };

const text = fc.constantFrom('curl', 'nginx', 'ünïx', '');
const flows: fc.Arbitrary<FlowRecord> = fc
  .record({
    id: fc.uuid(),
    seconds: fc.nat(30),
    comm: fc.option(text, { nil: undefined }),
    pid: fc.option(fc.nat(4_000_000), { nil: undefined }),
    sent: fc.oneof(fc.nat(300), fc.nat(1e13)),
    closed: fc.boolean(),
    netns: fc.option(fc.constant(4_026_531_840), { nil: undefined }),
    retransmits: fc.option(fc.nat(3), { nil: undefined }),
    closeMissed: fc.option(fc.boolean(), { nil: undefined }),
  })
  .map(({ id, seconds, comm, pid, sent, closed, netns, retransmits, closeMissed }) =>
    record(id, {
      ...(netns === undefined ? {} : { netns }),
      process: { ...(pid !== undefined && { pid }), ...(comm !== undefined && { comm }) },
      openedAt: at(seconds),
      lastSeenAt: at(seconds + 1),
      ...(closed && { state: 'closed', closedAt: at(seconds + 1), durationNs: 1_000_000_000 }),
      sent: { bytes: sent, packets: sent % 7 },
      ...(retransmits !== undefined && { retransmits }),
      ...(closeMissed !== undefined && { closeMissed }),
    }),
  );

it('packs rows to the same rows, also when they were written down', () => {
  fc.assert(
    fc.property(fc.array(flows, { minLength: 1, maxLength: 30 }), (records) => {
      const rows = records.map((each) => row(each.id, each));
      const block = FlowBlock.pack(
        rows.map((each, i) => ({ row: each, before: i % 2 === 0 ? undefined : [1, 2, 3, 4, 5, 6] })),
        { firstMs: 1, lastMs: 2 },
      );
      for (const packed of [block, FlowBlock.open(structuredClone(block.written))]) {
        expect(rows.map((_, i) => readFlow(packed.readRow(i)))).toEqual(rows.map((each) => readFlow(each)));
        expect(packed.before(0)).toEqual([0, 0, 0, 0, 0, 0]);
        if (rows.length > 1) expect(packed.before(1)).toEqual([1, 2, 3, 4, 5, 6]);
      }
    }),
  );
});

it('takes little memory for a short connection', () => {
  const rows = Array.from({ length: 2000 }, (_, i) => ({
    row: row(`lw3kqz-1a2b3c${1000 + i}-${i % 2}`, {
      source: { ip: '10.0.0.1', port: 32_768 + i },
      process: { pid: 1000 + (i % 50), comm: 'curl', exe: '/usr/bin/curl' },
      state: 'closed',
      openedAt: at(i / 200),
      closedAt: at(i / 200 + 0.01),
      lastSeenAt: at(i / 200 + 0.01),
      durationNs: 10_000_000 + i,
      sent: { bytes: 80 + (i % 100), packets: 5 },
      received: { bytes: 20_000 + i, packets: 18 },
      connectUs: 100 + i,
      rttUs: 90 + i,
      rttVarUs: 45 + i,
    }),
    before: undefined,
  }));
  const block = FlowBlock.pack(rows, { firstMs: AT_MS, lastMs: AT_MS });
  expect(block.bytes / rows.length).toBeLessThan(70);
});

function historyOf(told: { seconds: number; id: string; sent: number; last?: boolean }[], sweepAt?: number) {
  const history = new FlowHistory(OPTIONS);
  for (const { seconds, id, sent, last = false } of told) {
    const flow = { sent: { bytes: sent, packets: 1 }, lastSeenAt: at(seconds) };
    history.add(
      row(id, last ? { ...flow, state: 'closed', closedAt: at(seconds) } : flow),
      AT_MS + seconds * 1000,
      last,
    );
    if (sweepAt !== undefined) history.sweep(AT_MS + sweepAt * 1000);
  }
  return history;
}

const TOLD = [
  { seconds: 5, id: 'long', sent: 100 },
  { seconds: 6, id: 'short', sent: 7, last: true },
  { seconds: 25, id: 'long', sent: 150 },
  { seconds: 47, id: 'long', sent: 175, last: true },
];

it.each([undefined, 300])('knows what was told in which time, packed or not', (sweepAt) => {
  const history = historyOf(TOLD, sweepAt);
  const between = (from: number, to: number) =>
    [...history.since(AT_MS + from * 1000)]
      .filter(({ flow }) => flow.activeMs <= AT_MS + to * 1000)
      .map((past) => [past.flow.id, past.flow.sent.bytes - (past.before()[0] ?? 0)]);
  expect(between(0, 9)).toEqual([
    ['long', 100],
    ['short', 7],
  ]);
  expect(between(10, 39)).toEqual([['long', 50]]);
  expect(between(40, 100)).toEqual([['long', 25]]);
});

it.each([undefined, 300])('lists what closed since a time, packed or not', (sweepAt) => {
  const history = historyOf(TOLD, sweepAt);
  const closed = (from: number) => {
    const { length, at: flowAt } = history.closed(AT_MS + from * 1000, AT_MS + 100_000);
    return Array.from({ length }, (_, i) => flowAt(i)?.record()).filter((flow) => flow !== undefined);
  };
  expect(closed(0).map(({ id, sent, closedAt }) => [id, sent.bytes, closedAt])).toEqual([
    ['short', 7, at(6)],
    ['long', 175, at(47)],
  ]);
  expect(closed(7).map(({ id }) => id)).toEqual(['long']);
  expect(closed(48)).toEqual([]);
});

it('goes on from the blocks of an earlier run', () => {
  const blocks: FlowBlock[] = [];
  const first = new FlowHistory({ ...OPTIONS, onBlock: (block) => blocks.push(block) });
  first.add(row('long', { sent: { bytes: 100, packets: 1 } }), AT_MS, false);
  first.flush();
  const second = new FlowHistory(OPTIONS);
  for (const block of blocks) second.restore(FlowBlock.open(structuredClone(block.written)));
  second.add(row('long', { sent: { bytes: 130, packets: 1 }, lastSeenAt: at(60) }), AT_MS + 60_000, false);
  const [earlier, later] = [...second.since(AT_MS)];
  expect([earlier?.flow.sent.bytes, later?.flow.sent.bytes, later?.before()[0]]).toEqual([100, 130, 100]);
});

it('forgets the oldest when memory is full, and what left the window', () => {
  const history = new FlowHistory({ ...OPTIONS, maxBytes: 4000 });
  for (let i = 0; i < 50; i++) {
    history.add(row(`f${i}`, { state: 'closed', closedAt: at(i * 60) }), AT_MS + i * 60_000, true);
    history.sweep(AT_MS + i * 60_000);
  }
  const { bytes, forgotten, rows } = history.counts;
  expect(bytes).toBeLessThanOrEqual(4000);
  expect(forgotten).toBeGreaterThan(0);
  expect([...history.since(0)]).toHaveLength(rows);
  expect(rows + forgotten).toBe(50);
  history.flush();
  history.sweep(AT_MS + 2 * 3_600_000);
  expect(history.counts.rows).toBe(0);
});
