import type { DnsRecord } from '../../src/wire/dns.ts';
import { PARTIES, type Party } from './shop.ts';

const CLUSTER_DNS = { ip: '10.96.0.10', port: 53 };

let serial = 0;

function lookup(party: Party, name: string, more: Partial<DnsRecord>): DnsRecord {
  serial += 1;
  return {
    id: `d${serial}`,
    askedAt: new Date(Date.now() - 1000 + serial).toISOString().replace('Z', '000000Z'),
    question: { name, type: 'A' },
    server: CLUSTER_DNS,
    transport: 'udp',
    outcome: 'answered',
    retries: 0,
    ...(party.comm !== undefined && { process: { pid: 1000, comm: party.comm } }),
    ...(party.container !== undefined && { container: { id: party.container, runtime: 'containerd' } }),
    ...more,
  };
}

function answered(party: Party, name: string, data: string, latencyUs: number): DnsRecord {
  const answers = [{ name, type: 'A', data, ttl: 30 }];
  return lookup(party, name, { rcode: 'NOERROR', latencyUs, answers });
}

/** What the shop looks up: its search list, a slow name outside, a server that fails, and one that is gone. */
export function shopLookups(): DnsRecord[] {
  const { checkout, mailer, catalog } = PARTIES;
  const missing = { rcode: 'NXDOMAIN', latencyUs: 200, answers: [] };
  return [
    ...Array.from({ length: 6 }, (_, n) =>
      answered(catalog, 'postgres.shop.svc.cluster.local', '10.42.0.14', 90 + n),
    ),
    lookup(checkout, 'api.payments.example.shop.svc.cluster.local', missing),
    { ...answered(checkout, 'api.payments.example', '203.0.113.40', 183_000), searches: 1 },
    lookup(mailer, 'smtp.mail.example', { rcode: 'SERVFAIL', latencyUs: 2100, answers: [] }),
    lookup(mailer, 'smtp.mail.example', { outcome: 'timeout', retries: 1 }),
    answered(mailer, 'mx.mail.example', '203.0.113.25', 900),
  ];
}
