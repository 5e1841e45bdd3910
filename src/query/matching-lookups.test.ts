import { expect, it } from 'vitest';
import type { MapDnsQuery } from '../map/types.ts';
import { MatchingLookups } from './matching-lookups.ts';
import type { StoredFlow } from './sources.ts';

const AT = 1_700_000_000_000;

const lookup: MapDnsQuery = {
  transport: 'udp',
  netns: 1,
  source: { ip: '10.0.0.1', port: 40_000 },
  server: { ip: '10.96.0.10', port: 53 },
  askedMs: AT,
  outcome: 'answered',
};

const flow: StoredFlow = {
  id: 'f',
  protocol: 'udp',
  family: 'ipv4',
  netns: 1,
  role: 'client',
  source: lookup.source,
  dest: lookup.server,
  state: 'closed',
  openedMs: AT - 5,
  closedMs: AT + 5,
  sent: { bytes: 1 },
  received: { bytes: 1 },
};

function found(met: Partial<StoredFlow>): number {
  const lookups = new MatchingLookups();
  lookups.add(lookup);
  lookups.meet({ ...flow, ...met });
  lookups.meet({ ...flow, ...met });
  return lookups.found.size;
}

it.each<[string, Partial<StoredFlow>]>([
  ['closed', {}],
  ['open', { state: 'established', openedMs: AT - 60_000, lastSeenMs: AT - 30_000 }],
  ['translated to another server', { translated: { dest: { ip: '10.244.1.7', port: 53 } } }],
  ['without a known network namespace', { netns: undefined }],
])('finds the lookup of a flow that is %s, once', (_, met) => {
  expect(found(met)).toBe(1);
});

it.each<[string, Partial<StoredFlow>]>([
  ['to another server', { dest: { ip: '10.96.0.11', port: 53 } }],
  ['from another port', { source: { ip: '10.0.0.1', port: 40_001 } }],
  ['over another protocol', { protocol: 'tcp' }],
  ['of another network namespace', { netns: 2 }],
  ['that closed before', { openedMs: AT - 60_000, closedMs: AT - 30_000 }],
  ['that was opened later', { openedMs: AT + 30_000, closedMs: AT + 60_000 }],
])('does not find it by a flow %s', (_, met) => {
  expect(found(met)).toBe(0);
});
