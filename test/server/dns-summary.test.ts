import { expect, test } from 'vitest';
import type { DnsRecord } from '../../src/wire/dns.ts';
import { curl, serve } from './harness.ts';

const asked: DnsRecord = {
  id: 'd1',
  askedAt: '2026-11-23T02:13:20.000000001Z',
  question: { name: 'api.test', type: 'A' },
  server: { ip: '10.96.0.10', port: 53 },
  outcome: 'answered',
  rcode: 'NOERROR',
  latencyUs: 900,
  searches: 6,
};

test('sums the transactions that match, and says of which time they are', async () => {
  const { socketPath, probe } = await serve();
  probe.dnsNow = [
    asked,
    { ...asked, id: 'd2', outcome: 'timeout', question: { name: 'gone.test', type: 'A' } },
    { ...asked, id: 'd3', question: { name: 'other.example', type: 'A' } },
  ];
  const { status, headers, body } = await curl(socketPath, '/v1/dns/summary?by=server&domain=*.test');
  expect([status, headers['content-type']]).toEqual([200, 'application/json']);
  expect(JSON.parse(body)).toMatchObject({
    by: 'server',
    from: asked.askedAt,
    to: asked.askedAt,
    total: { transactions: 2, timeouts: 1, searches: 12 },
    groups: [{ name: '10.96.0.10:53', transactions: 2 }],
  });
});

test('refuses what it does not know', async () => {
  const { socketPath } = await serve();
  const answer = await curl(socketPath, '/v1/dns/summary?sort=colour');
  expect(answer.status).toBe(400);
  expect(JSON.parse(answer.body).error).toMatchObject({ code: 'SP_QUERY_INVALID', parameter: 'sort' });
});
