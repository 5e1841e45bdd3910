import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextSort } from '../table/sort.ts';
import { aFlow } from '../testing/samples.ts';
import { FLOW_COLUMN_IDS, FLOW_COLUMNS, flowText, sortFlows } from './columns.ts';
import type { Flow } from './flow.ts';

const text = (flow: Flow, id: string) => FLOW_COLUMNS.find((column) => column.id === id)?.text(flow);
const sorted = (flows: Flow[], column: (typeof FLOW_COLUMN_IDS)[number], descending = false) =>
  sortFlows(flows, { column, descending }).map(({ id }) => id);

describe('cells', () => {
  test('name the failure before the state', () => {
    expect(text(aFlow('1', { state: 'closed', failure: 'host_unreachable' }), 'state')).toBe(
      'host unreachable',
    );
    expect(text(aFlow('1', { state: 'fin_wait2' }), 'state')).toBe('fin wait2');
    expect(text(aFlow('1', { protocol: 'udp' }), 'state')).toBe('udp');
  });

  test('show what is not known as a dash', () => {
    const flow = aFlow('1');
    expect(['process', 'container', 'rtt'].map((id) => text(flow, id))).toEqual(['–', '–', '–']);
  });

  test('prefer the name of a container to its id, and shorten the id', () => {
    expect(text(aFlow('1', { container: { id: 'b81c0de4'.repeat(8) } }), 'container')).toBe('b81c0de4b81c');
    expect(text(aFlow('1', { container: { id: 'b81c', name: 'shop' } }), 'container')).toBe('shop');
  });
});

describe('sorting', () => {
  const slow = aFlow('slow', { rttUs: 9000, source: { ip: '10.0.0.10', port: 1 } });
  const fast = aFlow('fast', { rttUs: 80, source: { ip: '10.0.0.9', port: 1 } });
  const unknown = aFlow('unknown', { source: { ip: '10.0.0.100', port: 1 } });

  test('puts what is not known last, whichever way', () => {
    expect(sorted([unknown, slow, fast], 'rtt')).toEqual(['fast', 'slow', 'unknown']);
    expect(sorted([unknown, slow, fast], 'rtt', true)).toEqual(['slow', 'fast', 'unknown']);
  });

  test('orders addresses by number, not by letter', () => {
    expect(sorted([slow, unknown, fast], 'source')).toEqual(['fast', 'slow', 'unknown']);
  });

  test('by state puts failures first', () => {
    const failed = aFlow('failed', { state: 'closed', failure: 'timeout' });
    expect(sorted([fast, failed], 'state')).toEqual(['failed', 'fast']);
  });

  test('by time starts with the newest, to the nanosecond', () => {
    const flows = ['1', '2', '3'].map((id) => aFlow(id, { openedAt: `2024-05-01T12:00:00.00000000${id}Z` }));
    expect(sorted(flows, 'time', true)).toEqual(['3', '2', '1']);
  });

  test('keeps every flow once and does not depend on the order it gets', () => {
    const flow = fc.record({ id: fc.uuid(), rttUs: fc.nat(9), failure: fc.constantFrom('reset', 'refused') });
    const flows = fc
      .uniqueArray(flow, { selector: ({ id }) => id })
      .map((some) => some.map((f) => aFlow(f.id, f)));
    fc.assert(
      fc.property(flows, fc.constantFrom(...FLOW_COLUMN_IDS), fc.boolean(), (some, column, descending) => {
        const ids = sorted(some, column, descending);
        expect([...ids].sort()).toEqual(some.map(({ id }) => id).sort());
        expect(sorted(some.toReversed(), column, descending)).toEqual(ids);
      }),
    );
  });

  test('a click starts with the largest figure or the first letter, another turns it round', () => {
    const byTime = { column: 'time', descending: true } as const;
    expect(nextSort(byTime, { id: 'sent', numeric: true })).toEqual({ column: 'sent', descending: true });
    expect(nextSort(byTime, { id: 'process', numeric: false })).toEqual({
      column: 'process',
      descending: false,
    });
    expect(nextSort(byTime, { id: 'time', numeric: false })).toEqual({ column: 'time', descending: false });
  });
});

test('a row is searched in all that it shows, and in pid, path and address', () => {
  const flow = aFlow('1', {
    process: { pid: 4711, comm: 'curl', exe: '/usr/bin/curl' },
    dest: { ip: '192.0.2.1', port: 443, domain: 'example.org' },
    failure: 'reset',
  });
  for (const part of ['4711', '/usr/bin', 'example.org:443', '192.0.2.1', 'reset'])
    expect(flowText(flow)).toContain(part);
});
