import { expect, test } from 'vitest';
import { DNS_FIELDS, type DnsRecord } from '../../wire/dns.ts';
import type { Row } from '../../wire/fields.ts';
import { CODECS } from '../../wire/kinds.ts';
import { DnsLog } from './dns-log.ts';
import type { Asker } from './row.ts';
import { dnsSummary } from './summary.ts';
import type { DnsTransaction } from './transaction.ts';

const asker: Asker = {
  netns: 4_026_531_840,
  pid: 42,
  comm: 'curl',
  cgroupId: 2 ** 40,
  source: { ip: '192.0.2.1', port: 40_000 },
  owner: {
    exe: '/usr/bin/curl',
    container: { id: 'c1', runtime: 'docker' },
    cgroup: { id: 2 ** 40, path: '/docker/c1' },
  },
};

const asked = {
  messageId: 7,
  socket: 1,
  askedNs: 1_000_000_000,
  question: { name: 'shop.test', type: 'A' },
  server: { ip: '192.0.2.53', port: 53 },
  transport: 'udp',
  retries: 0,
  owner: asker,
} as const;

const answered: DnsTransaction<Asker> = {
  ...asked,
  outcome: 'answered',
  rcode: 'NOERROR',
  latencyUs: 250,
  answers: [{ name: 'shop.test', type: 'A', data: '192.0.2.80', ttl: 60 }],
  answersOmitted: 0,
  truncated: false,
};
const timedOut: DnsTransaction<Asker> = { ...asked, outcome: 'timeout', retries: 2 };

function open(maxRecent = 4) {
  const rows: Row[] = [];
  const log = new DnsLog({
    maxRecent,
    run: 'boot-run',
    clock: { epochNs: (bootNs) => BigInt(bootNs) + 1_700_000_000_000_000_000n },
    onRow: (row) => rows.push(row),
  });
  const records = (): DnsRecord[] => [...log.recent].map((row) => CODECS.dns.read(row));
  return { log, rows, records };
}

test('a transaction that was answered has all that is known of it', () => {
  const { log, rows, records } = open();
  log.add(answered);
  expect(rows).toHaveLength(1);
  expect(rows[0]).toHaveLength(DNS_FIELDS.length);
  expect(records()).toEqual([
    {
      id: 'boot-run-d1',
      askedAt: '2023-11-14T22:13:21.000000000Z',
      question: { name: 'shop.test', type: 'A' },
      server: { ip: '192.0.2.53', port: 53 },
      transport: 'udp',
      outcome: 'answered',
      rcode: 'NOERROR',
      latencyUs: 250,
      answers: [{ name: 'shop.test', type: 'A', data: '192.0.2.80', ttl: 60 }],
      retries: 0,
      netns: 4_026_531_840,
      process: { pid: 42, comm: 'curl', exe: '/usr/bin/curl' },
      container: { id: 'c1', runtime: 'docker' },
      cgroup: { id: 2 ** 40, path: '/docker/c1' },
      source: { ip: '192.0.2.1', port: 40_000 },
    },
  ]);
});

test('one that timed out tells no code, no time and no answers', () => {
  const { log, records } = open();
  log.add({ ...timedOut, owner: { ...asker, pid: 0, comm: '', cgroupId: 0, owner: {} } });
  expect(records()).toEqual([
    {
      id: 'boot-run-d1',
      askedAt: '2023-11-14T22:13:21.000000000Z',
      question: { name: 'shop.test', type: 'A' },
      server: { ip: '192.0.2.53', port: 53 },
      transport: 'udp',
      outcome: 'timeout',
      retries: 2,
      netns: 4_026_531_840,
      source: { ip: '192.0.2.1', port: 40_000 },
    },
  ]);
});

test('the latest are kept, oldest first, and the others counted', () => {
  const { log, records } = open(3);
  for (let count = 0; count < 5; count++) log.add(answered);
  expect(records().map(({ id }) => id)).toEqual(['boot-run-d3', 'boot-run-d4', 'boot-run-d5']);
  expect([log.recent.size, log.recent.evicted]).toEqual([3, 2]);
});

test('none is kept where none is to be', () => {
  const { log, rows, records } = open(0);
  log.add(answered);
  expect([records(), rows.length, log.recent.size]).toEqual([[], 1, 0]);
});

test('an answer names its addresses for the namespace that asked', () => {
  const { log } = open();
  log.add(answered);
  const afterNs = asked.askedNs + 250_000;
  expect(log.names.lookup(asker.netns, '192.0.2.80', afterNs)).toEqual({ domain: 'shop.test', others: 0 });
  expect(log.names.lookup(asker.netns + 1, '192.0.2.80', afterNs)).toBeUndefined();
});

const nothing = { pending: 0, lateAnswers: 0, duplicateAnswers: 0, unmatchedAnswers: 0, ignored: 0 };

test('the summary tells sums, and those of each container, domain, server and type', () => {
  const { log } = open();
  log.add(answered);
  log.add({ ...answered, rcode: 'NXDOMAIN', answers: [], owner: { ...asker, owner: {} } });
  log.add(timedOut);
  const summary = dnsSummary({ ...log, transactions: { ...nothing, pending: 3 } });
  expect(summary).toMatchObject({
    transactions: 3,
    timeouts: 1,
    retries: 2,
    rcodes: { NOERROR: 1, NXDOMAIN: 1 },
    pending: 3,
    containers: [
      { name: 'c1', transactions: 2, timeouts: 1 },
      { name: 'netns:4026531840', transactions: 1, rcodes: { NXDOMAIN: 1 } },
    ],
    domains: [{ name: 'shop.test', transactions: 3 }],
    servers: [{ name: '192.0.2.53:53', transactions: 3 }],
    types: [{ name: 'A', transactions: 3 }],
  });
  expect(summary.latencyUs?.p50).toBeGreaterThanOrEqual(245);
  expect(summary.latencyUs?.p99).toBeLessThanOrEqual(255);
});

test('the summary has one entry for what has no place in it, and no sum changes', () => {
  const { log } = open();
  for (let count = 0; count < 80; count++) {
    for (let times = 0; times <= count; times++) {
      log.add({ ...answered, question: { name: `n${count}.test`, type: 'A' } });
    }
  }
  const { domains, transactions } = dnsSummary({ ...log, transactions: nothing });
  expect(domains).toHaveLength(51);
  expect([domains[0]?.name, domains.at(-1)?.name]).toEqual(['n79.test', '~other']);
  expect(domains.reduce((sum, domain) => sum + domain.transactions, 0)).toBe(transactions);
});
