import { expect, test } from 'vitest';
import { DnsMeter } from './dns-meter.ts';
import { Histogram } from './family.ts';
import { NOW } from './flow.fixture.ts';

const CHOICE = { labels: ['namespace', 'peer_domain', 'protocol'], podTags: [] } as const;

function meter() {
  return new DnsMeter(CHOICE, { max: 10, idleMs: 60_000 }, NOW);
}

test('lookups are told apart by who asked and what came of it', () => {
  const from = meter();
  const askedAt = '2026-01-31T12:00:01.000000000Z';
  const kubernetes = { namespace: 'shop' };
  from.count({ askedAt, outcome: 'answered', rcode: 'NOERROR', latencyUs: 700, kubernetes }, NOW);
  from.count({ askedAt, outcome: 'answered', rcode: 'NXDOMAIN', latencyUs: 3_000_000, kubernetes }, NOW);
  from.count({ askedAt, outcome: 'timeout' }, NOW);
  const [lookups, seconds] = from.families(NOW);
  expect(lookups?.points.map(({ labels, value }) => [...labels.map((label) => label.value), value])).toEqual([
    ['shop', 'NOERROR', 1],
    ['shop', 'NXDOMAIN', 1],
    ['timeout', 1],
  ]);
  expect(seconds?.points.map(({ labels, value }) => [labels.at(-1)?.attribute, value])).toEqual([
    ['sysprobe.dns.result', expect.any(Histogram)],
    ['error.type', expect.any(Histogram)],
  ]);
});

test('what was asked before the meter began does not count', () => {
  const from = meter();
  from.count({ askedAt: '2026-01-31T11:59:59.999999999Z', outcome: 'timeout' }, NOW);
  expect(from.families(NOW)[0]?.points).toEqual([]);
});

test('what is asked after the clock was set back counts', () => {
  const from = meter();
  const earlier = NOW - 86_400_000;
  from.count({ askedAt: new Date(earlier).toISOString(), outcome: 'timeout' }, earlier);
  expect(from.families(earlier)[0]?.points).toHaveLength(1);
});
