import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SysprobeError } from '../lib/errors.ts';
import { uint } from './fields.ts';
import { FLOW_FIELDS, type FlowRecord, type FlowRow } from './flow.ts';
import { compileFlowReader, FLOW_FIELD_NAMES, flowToRow, readFlow } from './rows.ts';

const whole: FlowRecord = {
  id: '3f2a-1',
  protocol: 'tcp',
  family: 'ipv6',
  netns: 4_026_531_840,
  direction: 'local',
  role: 'client',
  source: { ip: 'fd00::1', port: 51_234 },
  dest: { ip: 'fd00::2', port: 443, domain: 'www.example.com', otherDomains: 1 },
  translated: { source: { ip: 'fd00::3', port: 1 }, dest: { ip: 'fd00::4', port: 8443 } },
  process: { pid: 4121, comm: 'curl', exe: '/usr/bin/curl' },
  container: { id: 'ab12', runtime: 'containerd' },
  cgroup: { id: 2 ** 40, path: '/kubepods.slice/x' },
  state: 'closed',
  openedAt: '2026-11-23T02:13:20.000000001Z',
  closedAt: '2026-11-23T02:14:20.999999999Z',
  lastSeenAt: '2026-11-23T02:14:20.999999999Z',
  durationNs: 60_999_999_998,
  failure: 'reset',
  errno: 104,
  sent: { bytes: Number.MAX_SAFE_INTEGER, packets: 4 },
  received: { bytes: 0, packets: 0 },
  retransmits: 1,
  lostPackets: 2,
  connectUs: 3,
  rttUs: 4,
  rttVarUs: 5,
  closeMissed: true,
};

const least: FlowRecord = {
  id: '1',
  protocol: 'udp',
  family: 'ipv4',
  source: { ip: '10.0.0.1', port: 0 },
  dest: { ip: '10.0.0.2', port: 53 },
  state: 'established',
  sent: { bytes: 0, packets: 0 },
  received: { bytes: 0, packets: 0 },
};

test('a record survives a row with every field and with none that may be absent', () => {
  expect(flowToRow(whole)).not.toContain(null);
  expect(readFlow(flowToRow(whole))).toStrictEqual(whole);
  expect(readFlow(flowToRow(least))).toStrictEqual(least);
});

test('a record with any of its fields absent survives a row', () => {
  // An end behind NAT is there as a whole or not at all.
  const optional = FLOW_FIELD_NAMES.filter(
    (name) => flowToRow(least)[FLOW_FIELD_NAMES.indexOf(name)] === null,
  ).map((name) => name.replace(/^(translated\.\w+)\.\w+$/, '$1'));
  fc.assert(
    fc.property(fc.subarray(optional), (absent) => {
      const row = flowToRow(whole).map((cell, i) =>
        absent.some((name) => (FLOW_FIELD_NAMES[i] ?? '').startsWith(name)) ? null : cell,
      );
      expect(flowToRow(readFlow(row))).toEqual(row);
    }),
  );
});

test('of a translation, each end has an address and a port, or is absent', () => {
  const row = flowToRow(whole);
  row[FLOW_FIELD_NAMES.indexOf('translated.source.port')] = null;
  expect(readFlow(row).translated).toEqual({ dest: whole.translated?.dest });
  row[FLOW_FIELD_NAMES.indexOf('translated.dest.ip')] = null;
  expect(readFlow(row)).not.toHaveProperty('translated');
});

test('fields are found by name: in any order, beside unknown ones, and absent when the other side has none', () => {
  const known = FLOW_FIELDS.map(([name], i) => ({ name: name as string, cell: flowToRow(whole)[i] ?? null }));
  const sent = [...known, { name: 'dns.name', cell: 'example.com' }]
    .reverse()
    .filter(({ name }) => name !== 'rttUs');
  const read = compileFlowReader(sent.map(({ name }) => name));

  const { rttUs: _, ...rest } = whole;
  expect(read(sent.map(({ cell }) => cell))).toStrictEqual(rest);
});

describe('a row that is not one of a flow is refused', () => {
  test.each<[string, string, FlowRow[number]]>([
    ['id', 'id', 7],
    ['no id', 'id', null],
    ['port', 'dest.port', '443'],
    ['time', 'openedAt', 'now'],
    ['time beyond any year', 'openedAt', 1e300],
    ['flag', 'closeMissed', 1],
  ])('%s', (_, name, cell) => {
    const row = flowToRow(whole);
    row[FLOW_FIELD_NAMES.indexOf(name)] = cell;
    expect(() => readFlow(row)).toThrow(expect.objectContaining({ code: 'SP_WIRE_INVALID' }));
    expect(() => readFlow(row)).toThrow(name);
  });

  test('too short', () => {
    expect(() => readFlow([])).toThrow(SysprobeError);
  });
});

test('only numbers beyond 32 bits become a bigint', () => {
  expect(uint(2 ** 32 - 1)).toBe(2 ** 32 - 1);
  expect(uint(2 ** 32)).toBe(2n ** 32n);
});
