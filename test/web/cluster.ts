import { createHash } from 'node:crypto';
import type { Connection, Party } from './shop.ts';

/** A scripted shop on Kubernetes: two namespaces, several pods a workload, a ClusterIP, the outside, and failures. */

interface PodOptions {
  comm: string;
  namespace?: string;
  kind?: string;
  service?: string;
}

let address = 10;

function pods(workload: string, count: number, options: PodOptions): Party[] {
  const { comm, namespace = 'shop', kind = 'Deployment', service = workload } = options;
  return Array.from({ length: count }, (_, index): Party => {
    address += 1;
    const pod = `${workload}-${kind === 'StatefulSet' ? index : hash(`${workload}${index}`).slice(0, 5)}`;
    return {
      ip: `10.42.0.${address}`,
      comm,
      exe: `/app/${comm}`,
      container: hash(pod),
      kubernetes: {
        namespace,
        pod,
        service,
        workload: { kind, name: workload },
        node: 'node-a',
        labels: { app: workload },
        phase: 'Running',
        ready: true,
        restarts: workload === 'payments' ? 7 : 0,
      },
    };
  });
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

const storefront = pods('storefront', 3, { comm: 'node' });
const cart = pods('cart', 2, { comm: 'cart' });
const catalog = pods('catalog', 2, { comm: 'gunicorn' });
const checkout = pods('checkout', 2, { comm: 'checkout' });
const payments = pods('payments', 1, { comm: 'java' });
const redis = pods('redis', 1, { comm: 'redis-server', kind: 'StatefulSet' });
const postgres = pods('postgres', 2, { comm: 'postgres', kind: 'StatefulSet' });
const prometheus = pods('prometheus', 1, {
  comm: 'prometheus',
  namespace: 'monitoring',
  kind: 'StatefulSet',
});
const coredns = pods('coredns', 2, { comm: 'coredns', namespace: 'kube-system', service: 'kube-dns' });
const kubelet: Party = { ip: '10.0.0.5', comm: 'kubelet', exe: '/usr/bin/kubelet' };
const bank: Party = { ip: '203.0.113.40', domain: 'api.bank.example' };
const visitors: Party[] = ['198.51.100.23', '198.51.100.77', '2001:db8:7::c4a1'].map((ip) => ({ ip }));

/** Each client to each server. */
function all(
  clients: readonly Party[],
  servers: readonly Party[],
  rest: Omit<Connection, 'client' | 'server'>,
): Connection[] {
  return clients.flatMap((client) => servers.map((server) => ({ client, server, ...rest })));
}

const dns = { port: 53, protocol: 'udp', forward: 4100, backward: 9900 } as const;
const scrape = { port: 9090, forward: 5000, backward: 410_000, rttUs: 120 };

export const CLUSTER: readonly Connection[] = [
  ...all(visitors, storefront, { port: 443, forward: 48_000, backward: 2_900_000, rttUs: 23_400 }),
  ...all(storefront, cart, { port: 8080, forward: 880_000, backward: 4_100_000, rttUs: 180 }),
  ...all(storefront, catalog, { port: 8000, forward: 1_200_000, backward: 63_000_000, rttUs: 210 }),
  ...all(storefront, checkout, { port: 8080, forward: 310_000, backward: 820_000, rttUs: 190 }),
  ...all(cart, redis, { port: 6379, forward: 7_700_000, backward: 52_000_000, rttUs: 95 }),
  ...all(catalog, postgres, { port: 5432, forward: 9_800_000, backward: 240_000_000, rttUs: 150 }),
  ...all(checkout, postgres, { port: 5432, forward: 2_400_000, backward: 18_000_000, rttUs: 140 }),
  ...all(checkout, payments, { port: 9000, forward: 92_000, backward: 73_000, rttUs: 320 }),
  ...all(checkout.slice(0, 1), payments, { port: 9000, failure: 'reset', forward: 900, backward: 120 }),
  ...all(payments, [bank, bank, bank], { port: 443, failure: 'timeout' }),
  ...all(storefront.slice(0, 1), cart, {
    port: 8080,
    closed: true,
    forward: 1200,
    backward: 5100,
    rttUs: 200,
  }),
  ...all(prometheus, [...storefront, ...cart, ...catalog, ...checkout, ...payments], scrape),
  ...all([...storefront, ...checkout, ...payments], coredns, dns),
  ...all([kubelet], [...storefront, ...cart, ...checkout], { port: 8081, forward: 2000, backward: 3000 }),
];
