import { describe, expect, test } from 'vitest';
import { DNS, type DnsTransaction } from '../filter/dns.ts';
import { summarizeDns } from './summary.ts';
import { parseSummaryQuery } from './summary-query.ts';

const SERVER = { ip: '192.0.2.53', port: 53 };

function asked(name: string, more: Partial<DnsTransaction> = {}): DnsTransaction {
  return {
    question: { name, type: 'A' },
    server: SERVER,
    outcome: 'answered',
    rcode: 'NOERROR',
    latencyUs: 1000,
    ...more,
  };
}

const timedOut = { outcome: 'timeout', rcode: undefined, latencyUs: undefined, retries: 2 } as const;

function summary(records: readonly DnsTransaction[], params = '') {
  const query = parseSummaryQuery(DNS, new URLSearchParams(params));
  return summarizeDns({ length: records.length, at: (index) => records[index] }, query);
}

const names = ({ groups }: Awaited<ReturnType<typeof summary>>) => groups.map(({ name }) => name);

describe('a summary of DNS', () => {
  const records = [
    asked('slow.test', { latencyUs: 90_000, askedAt: '2026-01-01T00:00:02.000000000Z' }),
    asked('busy.test', { askedAt: '2026-01-01T00:00:01.000000000Z' }),
    asked('busy.test', { latencyUs: 3000, searches: 4 }),
    asked('busy.test'),
    asked('gone.test', { rcode: 'NXDOMAIN' }),
    asked('gone.test', { rcode: 'NXDOMAIN' }),
    asked('sick.test', { rcode: 'SERVFAIL' }),
    asked('sick.test', timedOut),
  ];

  test('counts what came of the questions for each domain, and how long it took', async () => {
    const { groups, total, ...about } = await summary(records);
    expect(about).toEqual({
      by: 'domain',
      sort: 'transactions',
      from: '2026-01-01T00:00:01.000000000Z',
      to: '2026-01-01T00:00:02.000000000Z',
    });
    expect(groups.map(({ name, transactions }) => [name, transactions])).toEqual([
      ['busy.test', 3],
      ['gone.test', 2],
      ['sick.test', 2],
      ['slow.test', 1],
    ]);
    expect(groups[2]).toMatchObject({ timeouts: 1, failed: 2, retries: 2, rcodes: { SERVFAIL: 1 } });
    expect(groups[0]?.searches).toBe(4);
    expect((groups[0]?.latencyUs?.p99 ?? 0) / 1000).toBeCloseTo(1, 1);
    expect(total).toMatchObject({ transactions: 8, failed: 2, rcodes: { NOERROR: 4, NXDOMAIN: 2 } });
  });

  test('begins with those that have most of what it is sorted by', async () => {
    expect(names(await summary(records, 'sort=latency&limit=1'))).toEqual(['slow.test']);
    expect(names(await summary(records, 'sort=failed&limit=1'))).toEqual(['sick.test']);
    expect(names(await summary(records, 'sort=nxdomain&limit=1'))).toEqual(['gone.test']);
    expect(names(await summary(records, 'sort=searches&limit=1'))).toEqual(['busy.test']);
    expect(names(await summary(records, 'sort=timeouts&limit=1'))).toEqual(['sick.test']);
  });

  test('sums what the limit leaves out, so that nothing is missing', async () => {
    const { groups, rest } = await summary(records, 'limit=1');
    expect(groups).toHaveLength(1);
    expect(rest).toMatchObject({ groups: 3, transactions: 5, timeouts: 1, failed: 2 });
  });

  test('is of what the filters let through', async () => {
    const { total, rest } = await summary(records, 'domain=*.test&outcome=timeout');
    expect([total.transactions, rest]).toEqual([1, undefined]);
    expect(total).not.toHaveProperty('latencyUs');
    expect((await summary([], '')).groups).toEqual([]);
  });

  test('groups by server, container, process and type', async () => {
    const container = { id: 'c1', runtime: 'docker' };
    const mixed = [
      asked('a.test', { container, process: { comm: 'curl' }, kubernetes: { pod: 'cart-1' } }),
      asked('a.test', { cgroup: { path: '/system.slice' }, server: { ip: '2001:db8::1', port: 5353 } }),
      asked('a.test', { netns: 7, question: { name: 'a.test', type: 'AAAA' } }),
    ];
    expect(names(await summary(mixed, 'by=server'))).toEqual(['192.0.2.53:53', '[2001:db8::1]:5353']);
    expect(names(await summary(mixed, 'by=type'))).toEqual(['A', 'AAAA']);
    expect(names(await summary(mixed, 'by=process'))).toEqual(['', 'curl']);
    const { groups } = await summary(mixed, 'by=container');
    expect(groups.map(({ name }) => name)).toEqual(['/system.slice', 'c1', 'netns:7']);
    expect(groups[1]).toMatchObject({ container, kubernetes: { pod: 'cart-1' } });
  });

  test('keeps the busiest apart when there are very many, and counts the others', async () => {
    const storm = Array.from({ length: 10_000 }, (_, n) =>
      asked(n % 2 === 0 ? 'busy.test' : `random-${n}.test`),
    );
    const { groups, rest, total } = await summary(storm, 'limit=1');
    expect(groups).toMatchObject([{ name: 'busy.test', transactions: 5000 }]);
    expect(rest?.groups).toBeLessThan(4096);
    expect([rest?.transactions, total.transactions]).toEqual([5000, 10_000]);
  });

  test.each([
    ['by=colour', 'by'],
    ['sort=name', 'sort'],
    ['limit=0', 'limit'],
    ['limit=1001', 'limit'],
    ['limit=5&limit=6', 'limit'],
    ['last=5', 'last'],
    ['follow=true', 'follow'],
    ['pod=cart', 'pod'],
    ['colour=red', 'colour'],
  ])('refuses %s', async (params, parameter) => {
    await expect(async () => summary(records, params)).rejects.toMatchObject({
      code: 'SP_QUERY_INVALID',
      parameter,
    });
  });
});
