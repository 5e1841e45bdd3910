import type { MapNames } from '../../src/map/types.ts';
import type { FlowRecord } from '../../src/wire/flow.ts';

/** A scripted web shop on one node: the traffic that the page is looked at and tested with. */

export interface Party {
  ip: string;
  comm?: string;
  exe?: string;
  container?: string;
  domain?: string;
  kubernetes?: MapNames;
}

const id = (seed: string) => seed.repeat(64 / seed.length);

export const PARTIES = {
  nginx: { ip: '10.42.0.10', comm: 'nginx', exe: '/usr/sbin/nginx', container: id('3f2a9c81') },
  checkout: { ip: '10.42.0.11', comm: 'checkout', exe: '/app/checkout', container: id('b81c0de4') },
  catalog: { ip: '10.42.0.12', comm: 'gunicorn', exe: '/usr/bin/python3.11', container: id('77aa01f3') },
  redis: { ip: '10.42.0.13', comm: 'redis-server', exe: '/usr/bin/redis-server', container: id('c0ffee12') },
  postgres: {
    ip: '10.42.0.14',
    comm: 'postgres',
    exe: '/usr/lib/postgresql/15/bin/postgres',
    container: id('9de1b2c7'),
  },
  mailer: { ip: '10.42.0.15', comm: 'mailer', exe: '/app/mailer', container: id('51ab03d9') },
  prometheus: { ip: '10.42.0.16', comm: 'prometheus', exe: '/bin/prometheus', container: id('e4e4a70b') },
  kubelet: { ip: '10.0.0.5', comm: 'kubelet', exe: '/usr/bin/kubelet' },
  sshd: { ip: '10.0.0.5', comm: 'sshd', exe: '/usr/sbin/sshd' },
  resolver: { ip: '127.0.0.53', comm: 'systemd-resolve', exe: '/lib/systemd/systemd-resolved' },
  apiserver: { ip: '10.0.0.1', domain: 'kubernetes.internal.example' },
  payments: { ip: '203.0.113.40', domain: 'api.payments.example' },
  smtp: { ip: '203.0.113.25', domain: 'smtp.mail.example' },
  visitor: { ip: '198.51.100.23' },
  crawler: { ip: '2001:db8:7::c4a1' },
  admin: { ip: '192.0.2.7' },
} satisfies Record<string, Party>;

export interface Connection {
  client: Party;
  server: Party;
  port: number;
  protocol?: 'tcp' | 'udp';
  forward?: number;
  backward?: number;
  closed?: boolean;
  failure?: NonNullable<FlowRecord['failure']>;
  rttUs?: number;
}

/** A record as the agent lists it, with the names of both ends. */
export type NamedRecord = FlowRecord & {
  dest: FlowRecord['dest'] & { kubernetes?: MapNames };
  kubernetes?: MapNames;
};

let serial = 0;

/** The records of one connection: one for each end that is on the node. */
export function recordsOf(connection: Connection, at: number): NamedRecord[] {
  serial += 1;
  const { client, server, port } = connection;
  const localPort = 32_768 + (serial % 28_000);
  const here = { ip: client.ip, port: localPort };
  const there = { ip: server.ip, port };
  const { forward = 0, backward = 0 } = connection;
  const established = connection.failure === undefined || connection.failure === 'reset';
  const sides: NamedRecord[] = [];
  if (client.comm !== undefined) {
    const dest = {
      ...there,
      ...(server.domain !== undefined && { domain: server.domain }),
      ...(server.kubernetes !== undefined && { kubernetes: server.kubernetes }),
    };
    sides.push(
      side(connection, {
        own: client,
        role: 'client',
        source: here,
        dest,
        sent: forward,
        received: backward,
        at,
      }),
    );
  }
  if (server.comm !== undefined && established) {
    sides.push(
      side(connection, {
        own: server,
        role: 'server',
        source: there,
        dest: client.kubernetes === undefined ? here : { ...here, kubernetes: client.kubernetes },
        sent: backward,
        received: forward,
        at,
      }),
    );
  }
  return sides.map((record) => ({ ...record, id: `${serial}-${record.role}` }));
}

interface Side {
  own: Party;
  role: 'client' | 'server';
  source: FlowRecord['source'];
  dest: NamedRecord['dest'];
  sent: number;
  received: number;
  at: number;
}

function side(connection: Connection, { own, role, source, dest, sent, received, at }: Side): NamedRecord {
  const { protocol = 'tcp', closed = false, failure, rttUs } = connection;
  const time = new Date(at).toISOString();
  const over = closed || failure !== undefined;
  return {
    id: '',
    protocol,
    family: source.ip.includes(':') ? 'ipv6' : 'ipv4',
    netns: 4_026_531_840,
    direction: role === 'client' ? 'outgoing' : 'incoming',
    role,
    source,
    dest,
    ...(own.comm === undefined
      ? {}
      : { process: { pid: 1000 + own.comm.length * 37, comm: own.comm, exe: own.exe ?? '' } }),
    ...(own.container === undefined ? {} : { container: { id: own.container, runtime: 'containerd' } }),
    ...(own.kubernetes === undefined ? {} : { kubernetes: own.kubernetes }),
    state: over ? 'closed' : 'established',
    openedAt: time,
    lastSeenAt: time,
    ...(over ? { closedAt: time } : {}),
    ...(failure === undefined ? {} : { failure }),
    sent: { bytes: sent, packets: Math.ceil(sent / 1400) },
    received: { bytes: received, packets: Math.ceil(received / 1400) },
    ...(rttUs === undefined ? {} : { rttUs }),
  };
}

/** What runs in the shop from the start: long connections that keep moving bytes, and what went wrong. */
export const SHOP: readonly Connection[] = [
  {
    client: PARTIES.visitor,
    server: PARTIES.nginx,
    port: 443,
    forward: 48_000,
    backward: 2_900_000,
    rttUs: 23_400,
  },
  {
    client: PARTIES.crawler,
    server: PARTIES.nginx,
    port: 443,
    forward: 9_100,
    backward: 310_000,
    rttUs: 88_100,
  },
  {
    client: PARTIES.nginx,
    server: PARTIES.checkout,
    port: 8080,
    forward: 880_000,
    backward: 4_100_000,
    rttUs: 180,
  },
  {
    client: PARTIES.nginx,
    server: PARTIES.catalog,
    port: 8000,
    forward: 1_200_000,
    backward: 63_000_000,
    rttUs: 210,
  },
  {
    client: PARTIES.checkout,
    server: PARTIES.postgres,
    port: 5432,
    forward: 2_400_000,
    backward: 18_000_000,
    rttUs: 140,
  },
  {
    client: PARTIES.catalog,
    server: PARTIES.postgres,
    port: 5432,
    forward: 9_800_000,
    backward: 240_000_000,
    rttUs: 150,
  },
  {
    client: PARTIES.catalog,
    server: PARTIES.redis,
    port: 6379,
    forward: 7_700_000,
    backward: 52_000_000,
    rttUs: 95,
  },
  {
    client: PARTIES.checkout,
    server: PARTIES.redis,
    port: 6379,
    forward: 310_000,
    backward: 620_000,
    rttUs: 101,
  },
  {
    client: PARTIES.checkout,
    server: PARTIES.mailer,
    port: 2525,
    forward: 42_000,
    backward: 3_000,
    rttUs: 160,
  },
  {
    client: PARTIES.mailer,
    server: PARTIES.smtp,
    port: 587,
    forward: 66_000,
    backward: 5_100,
    closed: true,
    rttUs: 31_000,
  },
  { client: PARTIES.mailer, server: PARTIES.smtp, port: 587, failure: 'reset', forward: 900, backward: 120 },
  { client: PARTIES.checkout, server: PARTIES.payments, port: 443, failure: 'timeout' },
  { client: PARTIES.checkout, server: PARTIES.payments, port: 443, failure: 'timeout' },
  { client: PARTIES.checkout, server: PARTIES.payments, port: 443, failure: 'refused' },
  {
    client: PARTIES.prometheus,
    server: PARTIES.nginx,
    port: 9113,
    forward: 5_000,
    backward: 410_000,
    rttUs: 120,
  },
  {
    client: PARTIES.prometheus,
    server: PARTIES.checkout,
    port: 9090,
    forward: 5_000,
    backward: 230_000,
    rttUs: 130,
  },
  {
    client: PARTIES.prometheus,
    server: PARTIES.kubelet,
    port: 10_250,
    forward: 9_000,
    backward: 3_400_000,
    rttUs: 90,
  },
  {
    client: PARTIES.kubelet,
    server: PARTIES.apiserver,
    port: 6443,
    forward: 1_100_000,
    backward: 8_800_000,
    rttUs: 410,
  },
  {
    client: PARTIES.catalog,
    server: PARTIES.resolver,
    port: 53,
    protocol: 'udp',
    forward: 4_100,
    backward: 9_900,
  },
  {
    client: PARTIES.checkout,
    server: PARTIES.resolver,
    port: 53,
    protocol: 'udp',
    forward: 2_000,
    backward: 5_300,
  },
  { client: PARTIES.admin, server: PARTIES.sshd, port: 22, forward: 21_000, backward: 84_000, rttUs: 12_300 },
];
