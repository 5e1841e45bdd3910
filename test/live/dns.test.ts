import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dig, dnsperf, withResolver } from './dns-clients.ts';
import { netnsInode, watch } from './dns-records.ts';
import { type DnsServer, MANY, SHORT_NAME, startDnsmasq, startUnbound, VERY_MANY } from './dns-servers.ts';
import { makeNamespacePair, type NamespacePair } from './namespaces.ts';
import { type RunningProbe, startProbe } from './probe.ts';

const UNBOUND_PORT = 5399;
const web = { ip: '192.0.2.80', ip6: '2001:db8::80' };

let pair: NamespacePair;
let netns: number;
let dnsmasq: DnsServer;
let unbound: DnsServer;
let probe: RunningProbe;

beforeAll(async () => {
  pair = makeNamespacePair('dns');
  netns = netnsInode(pair.left.name);
  const at = { netns: pair.right.name, listen: [pair.right.ip, pair.right.ip6] };
  dnsmasq = await startDnsmasq({ ...at, port: 53, web });
  unbound = await startUnbound({ ...at, port: UNBOUND_PORT });
  probe = await startProbe(['--dns-ports', `53,${UNBOUND_PORT}`, '--run-stats']);
});

afterAll(async () => {
  await probe?.stop();
  await dnsmasq?.stop();
  await unbound?.stop();
  pair?.remove();
});

const watchDnsmasq = () => watch(probe, { netns, server: dnsmasq, port: 53, tells: 'port' });
const watchUnbound = () => watch(probe, { netns, server: unbound, port: UNBOUND_PORT, tells: 'rcode' });

describe('what dig asks is a transaction with what dig says', () => {
  it.each([
    ['over UDP', [], 'udp', 'ip'],
    ['over UDP and IPv6', [], 'udp', 'ip6'],
    ['over TCP', ['+tcp'], 'tcp', 'ip'],
    ['over TCP and IPv6', ['+tcp'], 'tcp', 'ip6'],
  ] as const)('%s', async (_, flags, transport, family) => {
    const compare = await watchDnsmasq();
    const said = await dig(pair.left.name, [`@${pair.right[family]}`, ...flags, 'www.shop.test', 'A']);
    const [record, ...more] = await compare();
    expect(more).toEqual([]);
    expect(said.answers).toHaveLength(3);
    expect(record).toMatchObject({
      question: { name: 'www.shop.test', type: 'A' },
      server: { ip: pair.right[family], port: 53 },
      source: { ip: pair.left[family] },
      transport,
      outcome: 'answered',
      rcode: said.rcode,
      retries: 0,
      netns,
      process: { comm: 'dig' },
    });
    expect(record?.answers?.map(({ type, data }) => `${type} ${data}`)).toEqual([
      'CNAME edge.shop.test',
      'CNAME web.shop.test',
      `A ${web.ip}`,
    ]);
    expect(record?.latencyUs).toBeLessThanOrEqual(said.queryUs ?? 0);
  });

  it.each([
    ['NXDOMAIN', 'nothing.shop.test'],
    ['REFUSED', 'name.refused.test'],
    ['NOERROR', 'web.shop.test'],
  ])('%s', async (rcode, name) => {
    const compare = await watchUnbound();
    const said = await dig(pair.left.name, [`@${pair.right.ip}`, '-p', String(UNBOUND_PORT), name]);
    expect(said.rcode).toBe(rcode);
    const [record] = await compare();
    expect(record).toMatchObject({ rcode, question: { name, type: 'A' }, outcome: 'answered' });
    expect(record?.latencyUs).toBeLessThanOrEqual(said.queryUs ?? 0);
  });

  it('a truncated answer, and the same question over TCP', async () => {
    const compare = await watchUnbound();
    const said = await dig(pair.left.name, [
      `@${pair.right.ip}`,
      '-p',
      String(UNBOUND_PORT),
      '+bufsize=512',
      'many.shop.test',
    ]);
    expect(said.answers).toHaveLength(MANY);
    const records = await compare();
    expect(records.map(({ transport, truncated }) => [transport, truncated])).toEqual([
      ['udp', true],
      ['tcp', undefined],
    ]);
    expect((records[1]?.answers?.length ?? 0) + (records[1]?.answersOmitted ?? 0)).toBe(MANY);
  });

  it('an answer in fragments, longer than what is copied of it', async () => {
    const { dnsCut = 0 } = (await probe.status()).loss;
    const compare = await watchUnbound();
    const said = await dig(pair.left.name, [
      `@${pair.right.ip}`,
      '-p',
      String(UNBOUND_PORT),
      '+bufsize=16384',
      '+ignore',
      'many.shop.test',
    ]);
    expect(said.answers).toHaveLength(MANY);
    const [record] = await compare();
    expect(record).toMatchObject({ transport: 'udp', rcode: 'NOERROR' });
    expect((record?.answers?.length ?? 0) + (record?.answersOmitted ?? 0)).toBe(MANY);
    expect((await probe.status()).loss.dnsCut).toBeGreaterThan(dnsCut);
  });

  it('an answer of 27 KiB over TCP', async () => {
    const compare = await watchUnbound();
    const said = await dig(pair.left.name, [
      `@${pair.right.ip}`,
      '-p',
      String(UNBOUND_PORT),
      '+tcp',
      'very-many.shop.test',
    ]);
    expect(said.answers).toHaveLength(VERY_MANY);
    const [record] = await compare();
    expect((record?.answers?.length ?? 0) + (record?.answersOmitted ?? 0)).toBe(VERY_MANY);
  });
});

const python = 'import socket; print(sorted({a[4][0] for a in socket.getaddrinfo("www.shop.test", 80)}))';
const nodeLookup =
  'require("dns").lookup("www.shop.test", { all: true }, (_, found) => console.log(JSON.stringify(found)))';
const nodeResolve =
  'require("dns").resolve4("www.shop.test", (_, found) => console.log(JSON.stringify(found)))';

describe('what resolvers of programs ask is all there', () => {
  it.each([
    ['glibc, A and AAAA from one socket', ['getent', 'ahosts', 'www.shop.test'], ['A', 'AAAA'], 'getent'],
    ['Python', ['python3', '-c', python], ['A', 'AAAA'], 'python'],
    ['Node, by the system', [process.execPath, '-e', nodeLookup], ['A', 'AAAA'], 'node'],
    ['Node, by its own', [process.execPath, '-e', nodeResolve], ['A'], 'node'],
  ])('%s', async (_, command, types, comm) => {
    const compare = await watchDnsmasq();
    expect(await withResolver(pair.left.name, pair.right.ip, command)).toContain(web.ip);
    const records = await compare();
    const ours = records.filter(({ question }) => question.name === 'www.shop.test');
    expect(ours.map(({ question }) => question.type).sort()).toEqual(types);
    for (const record of ours) {
      expect(record.process?.comm).toContain(comm);
      expect(record.rcode).toBe('NOERROR');
    }
    if (types.length === 2 && comm === 'getent') {
      expect(new Set(records.map(({ source }) => source?.port)).size).toBe(1);
    }
  });

  it('a search list that leads nowhere, and what it cost', async () => {
    const before = (await probe.status()).dns?.searches ?? 0;
    const compare = await watchDnsmasq();
    await withResolver(pair.left.name, pair.right.ip, ['getent', 'ahostsv4', SHORT_NAME]);
    const records = await compare();
    expect(records.map(({ question }) => question.name)).toEqual([
      `${SHORT_NAME}.svc.cluster.test`,
      `${SHORT_NAME}.cluster.test`,
      SHORT_NAME,
    ]);
    expect(records.map(({ searches }) => searches)).toEqual([undefined, undefined, 2]);
    // What others on the machine search for is in it too.
    expect((await probe.status()).dns?.searches).toBeGreaterThanOrEqual(before + 2);
  });
});

describe('what dnsperf asks is all there, and nothing is lost', () => {
  it.each([
    ['unbound', 'udp', UNBOUND_PORT],
    ['unbound', 'tcp', UNBOUND_PORT],
    ['dnsmasq', 'udp', 53],
  ] as const)('of %s over %s, 5,000 names that do not exist', async (server, mode, port) => {
    const before = await sums(port);
    const compare = await (server === 'unbound' ? watchUnbound() : watchDnsmasq());
    const names = Array.from({ length: 5000 }, (_, i) => `n${i}.${mode}.nothing.shop.test`);
    const asked = await dnsperf(pair.left.name, { server: pair.right.ip, port, names, mode });
    expect(asked).toEqual({ sent: names.length, completed: names.length });
    const records = await compare();
    expect(new Set(records.map(({ question }) => question.name))).toEqual(new Set(names));
    expect(records.every(({ rcode, transport }) => rcode === 'NXDOMAIN' && transport === mode)).toBe(true);
    const after = await sums(port);
    expect(after.nxdomain - before.nxdomain).toBe(names.length);
    expect(after.loss).toEqual(before.loss);
  });
});

async function sums(port: number) {
  const { dns, loss } = await probe.status();
  const server = dns?.servers.find(({ name }) => name === `${pair.right.ip}:${port}`);
  const ours = Object.entries(loss).filter(([name]) => /dns/i.test(name) && name !== 'dnsCut');
  return { nxdomain: server?.rcodes.NXDOMAIN ?? 0, loss: Object.fromEntries(ours) };
}
