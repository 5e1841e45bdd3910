import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConnRole, FlowFlag, TcpState } from '../events.gen.ts';
import { flowRecord, noNames } from './record.fixture.ts';
import { FlowTable } from './table.ts';
import type { FlowFields } from './write-record.ts';

interface Seen {
  change: string;
  sock: number;
  sent: number;
  local: boolean;
  closeMissed: boolean;
  pid: number;
}

function tableWith(options: { maxActive?: number; maxClosed?: number } = {}) {
  const seen: Seen[] = [];
  const table = new FlowTable({
    maxActive: options.maxActive ?? 8,
    maxClosed: options.maxClosed ?? 8,
    translation: () => undefined,
    names: noNames,
    onChange: (change, { record, local, closeMissed }) =>
      seen.push({ change, sock: record.sock, sent: record.sent, local, closeMissed, pid: record.pid }),
  });
  return { table, seen, changes: () => seen.map(({ change }) => change) };
}

const closed = (fields: FlowFields = {}) =>
  flowRecord({ oldState: TcpState.FIN_WAIT2, state: TcpState.CLOSE, ...fields });

describe('FlowTable', () => {
  it('reports a connection as opened, updated by each snapshot that found a change, and closed', () => {
    const { table, seen } = tableWith();
    table.opened(flowRecord());
    table.active(flowRecord());
    table.active(flowRecord({ sent: 10 }));
    table.closed(closed({ sent: 12 }));
    expect(seen.map(({ change, sent }) => [change, sent])).toEqual([
      ['flow.opened', 0],
      ['flow.updated', 10],
      ['flow.closed', 12],
    ]);
    expect([table.activeCount, table.closedCount]).toEqual([0, 1]);
  });

  it.each([
    ['peer', { dest: [10, 0, 0, 9] }],
    ['port', { destPort: 81 }],
    ['network namespace', { netns: 5 }],
  ])(
    'ends a connection whose socket has another %s in two snapshots, with what was read before',
    (_, other) => {
      const { table, seen } = tableWith();
      table.opened(flowRecord());
      for (let snapshot = 0; snapshot < 3; snapshot++) {
        table.active(flowRecord({ sent: snapshot === 0 ? 10 : 99, ...(snapshot > 0 && other) }));
        table.endSnapshot();
      }
      expect(seen.map(({ change, sent, closeMissed }) => [change, sent, closeMissed])).toEqual([
        ['flow.opened', 0, false],
        ['flow.updated', 10, false],
        ['flow.closed', 10, true],
      ]);
    },
  );

  it('takes a connection in that two snapshots found and no record announced, as one that is connecting', () => {
    const { table, changes } = tableWith();
    const connecting = flowRecord({ state: TcpState.SYN_SENT, establishedNs: 0 });
    table.active(connecting);
    table.endSnapshot();
    expect(changes()).toEqual([]);
    table.active(connecting);
    table.endSnapshot();
    expect(changes()).toEqual(['flow.opened']);
    table.opened(flowRecord());
    expect(changes()).toEqual(['flow.opened', 'flow.updated']);
  });

  it('is not misled by a snapshot that is newer than the records of the socket before', () => {
    const { table, seen } = tableWith();
    table.active(flowRecord({ openedNs: 20 }));
    table.opened(flowRecord({ openedNs: 10 }));
    table.closed(closed({ openedNs: 10 }));
    table.opened(flowRecord({ openedNs: 20 }));
    table.closed(closed({ openedNs: 20 }));
    expect(seen.map(({ change, closeMissed }) => [change, closeMissed])).toEqual([
      ['flow.opened', false],
      ['flow.closed', false],
      ['flow.opened', false],
      ['flow.closed', false],
    ]);
  });

  it('waits for the close of a connection whose socket a snapshot found in its next one', () => {
    const { table, seen } = tableWith();
    table.opened(flowRecord({ openedNs: 10 }));
    table.active(flowRecord({ openedNs: 20 }));
    table.closed(closed({ openedNs: 10, sent: 4 }));
    expect(seen.at(-1)).toMatchObject({ change: 'flow.closed', closeMissed: false, sent: 4 });
    expect(table.closesMissed).toBe(0);
  });

  it('reports a connection that was never seen open when it closes', () => {
    const { table, changes } = tableWith();
    table.closed(closed());
    expect(changes()).toEqual(['flow.closed']);
  });

  it('tells two connections of one socket apart by when they opened', () => {
    const { table, seen } = tableWith();
    table.opened(flowRecord({ openedNs: 1 }));
    table.opened(flowRecord({ openedNs: 2 }));
    expect(seen.map(({ change, closeMissed }) => [change, closeMissed])).toEqual([
      ['flow.opened', false],
      ['flow.closed', true],
      ['flow.opened', false],
    ]);
    expect(table.closesMissed).toBe(1);
  });

  it('keeps owner and opening of a connection whose last record does not know them', () => {
    const { table, seen } = tableWith();
    table.opened(flowRecord({ flags: FlowFlag.UNTRACKED }));
    table.closed(closed({ openedNs: 0, pid: 0, role: ConnRole.UNKNOWN, sent: 7 }));
    expect(seen[1]).toMatchObject({ change: 'flow.closed', pid: 100, sent: 7 });
    expect(Array.from(table, ({ record }) => record.openedNs)).toEqual([1_000_000]);
  });

  it('evicts the least recently active flow when full, and still reports its close', () => {
    const { table, seen } = tableWith({ maxActive: 2 });
    table.opened(flowRecord({ sock: 1 }));
    table.opened(flowRecord({ sock: 2 }));
    table.active(flowRecord({ sock: 1, sent: 1 }));
    table.opened(flowRecord({ sock: 3 }));
    expect(Array.from(table, ({ record }) => record.sock)).toEqual([1, 3]);
    expect(table.evicted).toBe(1);
    table.closed(closed({ sock: 2, sent: 9 }));
    expect(seen.at(-1)).toMatchObject({ change: 'flow.closed', sock: 2, sent: 9 });
  });

  it('forgets the oldest closed flow when that part is full', () => {
    const { table } = tableWith({ maxClosed: 2 });
    for (const sock of [1, 2, 3]) table.closed(closed({ sock }));
    expect(Array.from(table, ({ record }) => record.sock)).toEqual([2, 3]);
  });

  it('marks both sides of a connection between two addresses of this node as local', () => {
    const { table, seen } = tableWith();
    table.opened(flowRecord({ sock: 1 }));
    table.opened(
      flowRecord({ sock: 2, source: [10, 0, 0, 2], dest: [10, 0, 0, 1], sourcePort: 80, destPort: 50_000 }),
    );
    expect(Array.from(table, ({ local }) => local)).toEqual([true, true]);
    expect(seen[0]?.local).toBe(false);
  });

  it('knows a loopback connection as local at once', () => {
    const { table, seen } = tableWith();
    table.opened(flowRecord({ source: [127, 0, 0, 1], dest: [127, 0, 0, 1] }));
    expect(seen[0]?.local).toBe(true);
  });

  it('closes a flow that two snapshots did not show, and says that the close was missed', () => {
    const { table, seen } = tableWith();
    table.opened(flowRecord({ sent: 3 }));
    table.endSnapshot();
    table.endSnapshot();
    expect(seen.map(({ change }) => change)).toEqual(['flow.opened']);
    table.endSnapshot();
    expect(seen.at(-1)).toMatchObject({ change: 'flow.closed', closeMissed: true, sent: 3 });
  });

  it('does not wait for a flow in a snapshot that the kernel had no room to track', () => {
    const { table, changes } = tableWith();
    table.opened(flowRecord({ flags: FlowFlag.UNTRACKED }));
    for (let round = 0; round < 5; round++) table.endSnapshot();
    expect(changes()).toEqual(['flow.opened']);
  });

  it('stays within its bounds and loses count of nothing, whatever comes', () => {
    const event = fc.record({ close: fc.boolean(), sock: fc.integer({ min: 1, max: 12 }) });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 200 }), (events) => {
        const { table, seen } = tableWith({ maxActive: 4, maxClosed: 3 });
        for (const { close, sock } of events) {
          if (close) table.closed(closed({ sock }));
          else table.opened(flowRecord({ sock }));
        }
        expect(table.activeCount).toBeLessThanOrEqual(4);
        expect(table.closedCount).toBeLessThanOrEqual(3);
        expect([...table]).toHaveLength(table.activeCount + table.closedCount);
        expect(seen).toHaveLength(events.length);
      }),
    );
  });
});
