import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IP, makeTopology, SERVICE, type Topology } from '../nat/topology.ts';
import { dig, inNetns, withResolver } from './dns-clients.ts';
import { netnsInode, watch } from './dns-records.ts';
import { type DnsServer, startDnsmasq } from './dns-servers.ts';
import { STUB, startStub } from './dns-stub.ts';
import { makeNamespacePair, type NamespacePair } from './namespaces.ts';
import { type RunningProbe, startProbe } from './probe.ts';

const web = { ip: '192.0.2.80', ip6: '2001:db8::80' };

let probe: RunningProbe;

beforeAll(async () => {
  probe = await startProbe();
});

afterAll(() => probe?.stop());

const ask = (netns: string, server: string, flags: string[] = []) =>
  inNetns(netns, ['python3', 'test/live/dns_asker.py', server, '53', 'www.shop.test', ...flags]);

describe('a stub on another port, by NAT in the namespace that asks', () => {
  let pair: NamespacePair;
  let stub: DnsServer;
  const watchStub = () =>
    watch(probe, { netns: netnsInode(pair.left.name), server: stub, port: 53, tells: 'port' });

  beforeAll(async () => {
    pair = makeNamespacePair('stub');
    stub = await startStub(pair.left.name, web);
  });

  afterAll(async () => {
    await stub?.stop();
    pair?.remove();
  });

  it.each([
    ['dig', 'udp', STUB.ip, (at: string) => dig(pair.left.name, [`@${at}`, 'www.shop.test'])],
    ['dig over IPv6', 'udp', STUB.ip6, (at: string) => dig(pair.left.name, [`@${at}`, 'www.shop.test'])],
    [
      'dig over TCP',
      'tcp',
      STUB.ip,
      (at: string) => dig(pair.left.name, [`@${at}`, '+tcp', 'www.shop.test']),
    ],
    ['a connected socket', 'udp', STUB.ip, (at: string) => ask(pair.left.name, at, ['--connect'])],
    ['a socket that is not connected', 'udp', STUB.ip, (at: string) => ask(pair.left.name, at)],
    ['one over IPv6', 'udp', STUB.ip6, (at: string) => ask(pair.left.name, at)],
    [
      'glibc',
      'udp',
      STUB.ip,
      (at: string) => withResolver(pair.left.name, at, ['getent', 'ahosts', 'www.shop.test']),
    ],
  ] as const)('is seen by %s as the program knows it', async (_, transport, ip, asks) => {
    const compare = await watchStub();
    await asks(ip);
    const records = await compare();
    for (const record of records) {
      expect(record).toMatchObject({
        transport,
        server: { ip, port: 53 },
        outcome: 'answered',
        rcode: 'NOERROR',
      });
      expect(record.process?.pid).toBeGreaterThan(0);
    }
  });
});

describe('a service, by NAT on the node', () => {
  let topology: Topology;
  let server: DnsServer;

  beforeAll(async () => {
    topology = makeTopology();
    const listen = [IP.server.ipv4, IP.server.ipv6];
    server = await startDnsmasq({ netns: topology.server.name, listen, port: SERVICE.udpBackend, web });
  });

  afterAll(async () => {
    await server?.stop();
    topology?.remove();
  });

  it.each([
    ['a pod', 'client', 'ipv4', []],
    ['a pod, connected', 'client', 'ipv4', ['--connect']],
    ['a pod over IPv6', 'client', 'ipv6', []],
    ['the node itself', 'node', 'ipv4', []],
    ['the node itself, connected', 'node', 'ipv4', ['--connect']],
    ['the node itself over IPv6', 'node', 'ipv6', []],
  ] as const)('is asked by %s', async (_, from, family, flags) => {
    const netns = netnsInode(topology[from].name);
    const compare = await watch(probe, { netns, server, port: SERVICE.udpPort, tells: 'port' });
    expect(await ask(topology[from].name, SERVICE[family], [...flags])).toBe('1\n');
    const [record, ...more] = await compare();
    expect(more).toEqual([]);
    expect(record).toMatchObject({
      server: { ip: SERVICE[family], port: 53 },
      outcome: 'answered',
      process: { comm: 'python3' },
    });
  });
});
