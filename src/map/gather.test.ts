import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { networksOf } from './gather.ts';
import { edgeNames, NOW, sample, serverFlow } from './network-map.fixture.ts';
import { NetworkMap } from './network-map.ts';
import type { MapGraph } from './types.ts';

/** The map of a server with these clients; the nth has sent n bytes. */
function mapOf(clients: readonly string[], options: { gather?: number; expand?: string[] } = {}): MapGraph {
  const map = new NetworkMap({ windowMs: 3_600_000 });
  for (const [n, ip] of clients.entries()) {
    map.update(serverFlow({ ...sample, id: `${n}`, client: { ip, port: 40_000 + n }, sent: n }), NOW);
  }
  const { gather, expand = [] } = options;
  return map.graph({ now: NOW, group: 'process', gather, expand: new Set(expand) });
}

const hosts = (network: string, count: number) =>
  Array.from({ length: count }, (_, n) => `${network}${n + 1}`);
const namesOf = ({ nodes }: MapGraph) => nodes.map(({ name }) => name).filter((name) => name !== 'nginx');
const totalOf = ({ edges }: MapGraph) => edges.reduce((sum, { bytes }) => sum + bytes.forward, 0);

const office = hosts('192.0.2.', 20);
const branch = hosts('198.51.100.', 5);

describe('networks of an address', () => {
  it.each([
    ['203.0.113.9', ['203.0.113.0/24', '203.0.0.0/16', '203.0.0.0/8']],
    ['2001:db8:1:2:3::4', ['2001:db8:1:2::/64', '2001:db8:1::/48', '2001:db8::/32']],
    ['2001:db8::1', ['2001:db8::/64', '2001:db8::/48', '2001:db8::/32']],
    ['::1', ['::/64', '::/48', '::/32']],
    ['1:2:3:4:5:6:7:8', ['1:2:3:4::/64', '1:2:3::/48', '1:2::/32']],
    ['10:0:10:0::', ['10:0:10::/64', '10:0:10::/48', '10::/32']],
  ])('of %s are, the smallest first, %j', (ip, networks) => {
    expect(networksOf(ip)).toEqual(networks);
  });
});

describe('addresses', () => {
  it('are nodes of their own while they are not too many, or nobody asks', () => {
    expect(namesOf(mapOf(office))).toHaveLength(20);
    expect(namesOf(mapOf(office, { gather: 20 }))).toHaveLength(20);
  });

  it('become a node of their network, with the sums of all', () => {
    const graph = mapOf(office, { gather: 19 });
    expect(edgeNames(graph)).toEqual(['192.0.2.0/24 -> nginx']);
    expect(graph.nodes[0]).toMatchObject({
      id: 'network:192.0.2.0/24',
      kind: 'network',
      detail: { members: 20 },
      connections: { opened: 20 },
      sent: { bytes: 190 },
    });
    expect(graph.nodes[0]?.addresses).toContain('192.0.2.7');
  });

  it('are gathered where there are most of them, and no more than needed', () => {
    expect(namesOf(mapOf([...office, ...branch], { gather: 10 }))).toEqual([...branch, '192.0.2.0/24']);
  });

  it('that are alone in small networks are gathered by larger ones', () => {
    const spread = hosts('192.0.', 6).map((network) => `${network}.1`);
    expect(namesOf(mapOf(spread, { gather: 3 }))).toEqual(['192.0.0.0/16']);
  });

  it('that share nothing: those that carried least are one node', () => {
    const strangers = hosts('', 12).map((first) => `${first}.0.0.1`);
    const graph = mapOf(strangers, { gather: 4 });
    expect(namesOf(graph)).toEqual(['10.0.0.1', '11.0.0.1', '12.0.0.1', 'other addresses']);
    expect(graph.nodes.at(-2)).toMatchObject({ id: 'network:*', detail: { members: 9 } });
    const open = mapOf(strangers, { gather: 4, expand: ['network:*'] });
    expect(open.nodes.filter(({ parent }) => parent?.id === 'network:*')).toHaveLength(9);
  });

  it('are drawn inside of a network that is expanded', () => {
    const graph = mapOf([...office, ...branch], { gather: 5, expand: ['network:192.0.2.0/24'] });
    const inside = graph.nodes.filter(({ parent }) => parent?.name === '192.0.2.0/24');
    expect(inside.map(({ id }) => id)).toContain('address:192.0.2.3');
    expect(inside).toHaveLength(20);
    expect(namesOf(graph).filter((name) => name.startsWith('198.'))).toHaveLength(5);
  });

  it('of loopback stay: each is another host', () => {
    const map = new NetworkMap({ windowMs: 3_600_000 });
    for (const n of [1, 2, 3, 4, 5]) {
      const client = { ip: '127.0.0.1', port: 40_000, netns: n };
      const server = { ...sample.server, ip: '127.0.0.1', netns: n };
      map.update(serverFlow({ ...sample, id: `${n}`, client, server }), NOW);
    }
    const graph = map.graph({ now: NOW, group: 'process', gather: 1 });
    expect(graph.nodes.filter(({ kind }) => kind === 'address')).toHaveLength(5);
  });

  it('are never more than asked for, and nothing of what they carried is lost', () => {
    const near = fc.tuple(fc.nat(2), fc.nat(2), fc.nat(9)).map((parts) => `10.${parts.join('.')}`);
    const ips = fc.uniqueArray(fc.oneof(near, fc.ipV4(), fc.ipV6()), { maxLength: 60 });
    fc.assert(
      fc.property(ips, fc.integer({ min: 1, max: 20 }), (clients, gather) => {
        const outside = clients.filter((ip) => ip !== '::1' && !ip.startsWith('127.'));
        const graph = mapOf(outside, { gather });
        expect(namesOf(graph).length).toBeLessThanOrEqual(gather);
        expect(totalOf(graph)).toBe(totalOf(mapOf(outside)));
      }),
    );
  });
});
