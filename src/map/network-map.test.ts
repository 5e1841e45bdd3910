import { describe, expect, it } from 'vitest';
import {
  clientFlow,
  closed,
  edgeNames,
  NOW,
  type Sample,
  sample,
  serverFlow,
} from './network-map.fixture.ts';
import { NetworkMap, type NetworkMapOptions } from './network-map.ts';
import type { MapFlow, MapGroup } from './types.ts';

const WINDOW = { windowMs: 300_000 };

function mapOf(flows: MapFlow[], options: NetworkMapOptions = WINDOW): NetworkMap {
  const map = new NetworkMap(options);
  for (const flow of flows) map.update(flow, NOW);
  return map;
}

function graphOf(flows: MapFlow[], group: MapGroup = 'process') {
  return mapOf(flows).graph({ now: NOW, group });
}

describe('both sides of a local connection', () => {
  it('are one edge, counted once', () => {
    const { nodes, edges } = graphOf([clientFlow(sample), serverFlow(sample)]);
    expect(nodes.map(({ name, sent, received }) => [name, sent.bytes, received.bytes])).toEqual([
      ['curl', 100, 2000],
      ['nginx', 2000, 100],
    ]);
    expect(edges).toMatchObject([
      {
        source: 'process:host/curl',
        target: 'process:host/nginx',
        port: 80,
        ports: [80],
        connections: { active: 1, opened: 1, closed: 0, failed: {} },
        bytes: { forward: 100, backward: 2000 },
      },
    ]);
  });

  it('are joined on loopback within one namespace', () => {
    const loopback: Sample = {
      ...sample,
      client: { ip: '127.0.0.1', port: 40_000, comm: 'curl', netns: 1 },
      server: { ip: '127.0.0.1', port: 80, comm: 'nginx', netns: 1 },
    };
    expect(edgeNames(graphOf([clientFlow(loopback), serverFlow(loopback)]))).toEqual(['curl -> nginx']);
  });

  it('are not joined on loopback across namespaces', () => {
    const client = { ip: '127.0.0.1', port: 40_000, comm: 'curl', netns: 1 };
    const server = { ip: '127.0.0.1', port: 80, comm: 'nginx', netns: 2 };
    const graph = graphOf([
      clientFlow({ ...sample, client, server }),
      serverFlow({ ...sample, client, server }),
    ]);
    expect(edgeNames(graph).toSorted()).toEqual(['127.0.0.1 -> nginx', 'curl -> 127.0.0.1']);
    expect(new Set(graph.nodes.map(({ id }) => id)).size).toBe(4);
  });

  it('are joined across namespaces on other addresses', () => {
    const across: Sample = {
      ...sample,
      client: { ...sample.client, netns: 1 },
      server: { ...sample.server, netns: 2 },
    };
    expect(edgeNames(graphOf([serverFlow(across), clientFlow(across)]))).toEqual(['curl -> nginx']);
  });

  it('are joined when one closed before the other was seen', () => {
    const graph = graphOf([closed(clientFlow(sample), NOW - 2), closed(serverFlow(sample), NOW - 1)]);
    expect(graph.edges).toMatchObject([{ connections: { active: 0, opened: 1, closed: 1 } }]);
  });

  it('belong to their own connection when a port is used again', () => {
    const earlier = { ...sample, id: 'a', openedMs: NOW - 60_000, server: { ...sample.server, comm: 'old' } };
    const later = { ...sample, id: 'b', openedMs: NOW - 10_000, server: { ...sample.server, comm: 'new' } };
    const end = NOW - 50_000;
    const graph = graphOf([
      clientFlow(later),
      closed(clientFlow(earlier), end),
      closed(serverFlow(earlier), end),
      serverFlow(later),
    ]);
    expect(edgeNames(graph).toSorted()).toEqual(['curl -> new', 'curl -> old']);
  });

  it('are told apart by the ports when nobody says who opened the connection', () => {
    const { role: _c, ...client } = clientFlow(sample);
    const { role: _s, ...server } = serverFlow(sample);
    expect(edgeNames(graphOf([client, server]))).toEqual(['curl -> nginx']);
  });

  it('turn around when a report says who opened the connection', () => {
    const high: Sample = { ...sample, server: { ...sample.server, port: 50_000 } };
    const { role: _, ...client } = clientFlow(high);
    const map = mapOf([client]);
    expect(edgeNames(map.graph({ now: NOW, group: 'process' }))).toEqual(['10.0.0.2 -> curl']);
    map.update(serverFlow(high), NOW);
    const graph = map.graph({ now: NOW, group: 'process' });
    expect(edgeNames(graph)).toEqual(['curl -> nginx']);
    expect(graph.edges[0]?.ports).toEqual([50_000]);
  });
});

describe('with NAT in between', () => {
  const service = { ip: '10.96.0.10', port: 443 };
  const masquerade = { ip: '192.168.1.1', port: 61_000 };
  const before = { ...clientFlow(sample), dest: service };
  const client = { ...before, translated: { source: masquerade, dest: serverFlow(sample).source } };
  const server = {
    ...serverFlow(sample),
    dest: masquerade,
    translated: { source: service, dest: clientFlow(sample).source },
  };

  it('both sides of a connection are one edge to the port of the server', () => {
    const { nodes, edges } = graphOf([client, server]);
    expect(nodes.map(({ name }) => name)).toEqual(['curl', 'nginx']);
    expect(edges).toMatchObject([{ ports: [80], connections: { active: 1 }, bytes: { forward: 100 } }]);
  });

  it('they become one when the translation is known later', () => {
    const map = mapOf([before, server]);
    map.update(client, NOW);
    expect(edgeNames(map.graph({ now: NOW, group: 'process' }))).toEqual(['curl -> nginx']);
    expect(map.counts.flows).toBe(2);
    map.remove(client);
    map.remove(server);
    expect(map.counts).toMatchObject({ flows: 0, conversations: 0 });
  });

  it('a remote end is the one behind it', () => {
    expect(edgeNames(graphOf([client]))).toEqual(['curl -> 10.0.0.2']);
    expect(edgeNames(graphOf([server]))).toEqual(['10.0.0.1 -> nginx']);
  });
});

describe('an end', () => {
  it('is a remote address by name, when the name is known', () => {
    const named = { ...clientFlow(sample), dest: { ip: '10.0.0.2', port: 80, domain: 'example.com' } };
    expect(edgeNames(graphOf([clientFlow(sample), named]))).toEqual(['curl -> example.com']);
  });

  it('is the same process whatever its pid and address', () => {
    const other = { ...sample, id: 'o', client: { ...sample.client, ip: '10.0.0.9', port: 40_001 } };
    expect(graphOf([clientFlow(sample), clientFlow(other)]).edges).toMatchObject([
      { connections: { active: 2 }, bytes: { forward: 200 } },
    ]);
  });

  it('is grouped as asked', () => {
    const container = 'ab'.repeat(32);
    const contained = { ...sample, server: { ...sample.server, container } };
    const flows = [clientFlow(contained), serverFlow(contained)];
    const ids = (group: MapGroup) => graphOf(flows, group).nodes.map(({ id }) => id);
    expect(ids('process')).toEqual([`process:${container}/nginx`, 'process:host/curl']);
    expect(ids('container')).toEqual([`container:${container}`, 'process:host/curl']);
    expect(ids('address')).toEqual(['address:10.0.0.1', 'address:10.0.0.2']);
  });

  it('keeps its owner when a later report has none', () => {
    const { process: _, ...ownerless } = clientFlow(sample);
    expect(edgeNames(graphOf([clientFlow(sample), closed(ownerless, NOW)]))).toEqual(['curl -> 10.0.0.2']);
  });

  it('gets an owner from a later report', () => {
    const { process: _, ...ownerless } = clientFlow(sample);
    const map = mapOf([ownerless, clientFlow(sample)]);
    expect(edgeNames(map.graph({ now: NOW, group: 'process' }))).toEqual(['curl -> 10.0.0.2']);
    expect(map.counts.conversations).toBe(1);
  });
});

describe('time', () => {
  it('folds closed connections without changing the map', () => {
    const flows = [closed(clientFlow(sample), NOW - 3), closed(serverFlow(sample), NOW - 2)];
    const map = mapOf(flows);
    const before = map.graph({ now: NOW, group: 'process' });
    map.sweep(NOW + 10_000);
    expect(map.counts).toMatchObject({ flows: 0, conversations: 1 });
    expect(map.graph({ now: NOW, group: 'process' })).toEqual(before);
  });

  it('lets an idle edge drop out after the window, and an open connection stay', () => {
    const open = { ...sample, id: 'open', client: { ...sample.client, comm: 'psql' } };
    const map = mapOf([closed(clientFlow(sample), NOW), clientFlow(open)]);
    const later = NOW + 320_000;
    map.sweep(NOW + 11_000);
    map.sweep(later);
    expect(edgeNames(map.graph({ now: later, group: 'process' }))).toEqual(['psql -> 10.0.0.2']);
    expect(map.counts.conversations).toBe(1);
  });

  it('goes on when the clock was ahead and is set right', () => {
    const map = mapOf([]);
    const ahead = NOW + 86_400_000;
    const early = { ...sample, id: 'ahead', openedMs: ahead, client: { ...sample.client, comm: 'early' } };
    map.update(closed(clientFlow(early), ahead), ahead);
    map.sweep(ahead);
    map.update(closed(clientFlow(sample), NOW), NOW);
    map.sweep(NOW);
    expect(map.counts.flows).toBe(1);
    map.sweep(NOW + 11_000);
    expect(map.counts.flows).toBe(0);
    const { edges } = map.graph({ now: NOW + 11_000, group: 'process' });
    expect(edges.find(({ source }) => source.endsWith('/curl'))?.connections).toMatchObject({ closed: 1 });
  });

  it('looks back only as far as asked', () => {
    const map = mapOf([closed(clientFlow({ ...sample, openedMs: NOW - 91_000 }), NOW - 90_000)]);
    expect(map.graph({ now: NOW, group: 'process', sinceMs: 60_000 }).edges).toEqual([]);
    expect(map.graph({ now: NOW, group: 'process', sinceMs: 120_000 }).edges).toHaveLength(1);
  });

  it('counts a connection as opened when it was, not when it closed', () => {
    const long = { ...sample, openedMs: NOW - 200_000 };
    const map = mapOf([closed(clientFlow(long), NOW)]);
    map.sweep(NOW + 10_000);
    const connections = (sinceMs: number) =>
      map.graph({ now: NOW, group: 'process', sinceMs }).edges[0]?.connections;
    expect(connections(60_000)).toMatchObject({ opened: 0, closed: 1 });
    expect(connections(300_000)).toMatchObject({ opened: 1, closed: 1 });
  });
});

describe('one conversation of a UDP server with clients that had the same port one after the other', () => {
  const udp = (flow: MapFlow): MapFlow => ({ ...flow, protocol: 'udp' });
  const dig = { ...sample, client: { ...sample.client, comm: 'dig' } };
  const psql = { ...sample, id: 't', client: { ...sample.client, comm: 'psql' }, openedMs: NOW - 5_000 };
  const server = udp(serverFlow(dig));
  const clients = [dig, psql].map((each) => {
    const flow = clientFlow(each);
    return udp({ ...flow, dest: { ...flow.dest, domain: 'dns.test' } });
  });

  it.each([
    ['first', [server, ...clients]],
    ['between', [clients[0], server, clients[1]]],
    ['last', [...clients, server]],
    ['last and the later client first', [clients[1], clients[0], server]],
  ])('has both of them as clients of that server, which is reported %s', (_, flows) => {
    const graph = graphOf(flows as MapFlow[]);
    expect(edgeNames(graph)).toEqual(['dig -> nginx', 'psql -> nginx']);
    expect(graph.edges.map(({ bytes }) => bytes.forward)).toEqual([100, 100]);
  });

  it('is no other one with a later client of that port', () => {
    const ended = closed(server, NOW - 8_000);
    expect(
      edgeNames(graphOf([ended, closed(clients[0] as MapFlow, NOW - 8_000), clients[1] as MapFlow])),
    ).toEqual(['dig -> nginx', 'psql -> dns.test']);
  });
});

describe('limits', () => {
  it('hides the nodes with least bytes and says how many', () => {
    const flows = Array.from({ length: 10 }, (_, i) =>
      clientFlow({ ...sample, id: `${i}`, server: { ...sample.server, ip: `10.0.1.${i}` }, sent: 100 * i }),
    );
    const graph = mapOf(flows).graph({ now: NOW, group: 'process', limit: 3 });
    expect(graph.hidden).toEqual({ nodes: 8, edges: 8 });
    expect(edgeNames(graph)).toEqual(['curl -> 10.0.1.8', 'curl -> 10.0.1.9']);
  });

  it('folds the oldest closed connection early when too many wait', () => {
    const flows = Array.from({ length: 5 }, (_, i) =>
      closed(clientFlow({ ...sample, id: `${i}`, client: { ...sample.client, port: 40_000 + i } }), NOW),
    );
    const map = mapOf(flows, { ...WINDOW, maxSettling: 2 });
    expect(map.counts.flows).toBe(2);
    expect(map.graph({ now: NOW, group: 'process' }).edges[0]?.connections.closed).toBe(5);
  });

  it('forgets the longest idle conversation when there are too many, and counts it', () => {
    const flows = Array.from({ length: 5 }, (_, i) =>
      closed(clientFlow({ ...sample, id: `${i}`, server: { ...sample.server, ip: `10.0.1.${i}` } }), NOW),
    );
    const map = mapOf(flows, { ...WINDOW, maxIdle: 3, settleMs: 0 });
    map.sweep(NOW);
    expect(map.counts).toEqual({ flows: 0, conversations: 3, idle: 3, evicted: 2 });
    expect(edgeNames(map.graph({ now: NOW, group: 'process' }))).toEqual([
      'curl -> 10.0.1.2',
      'curl -> 10.0.1.3',
      'curl -> 10.0.1.4',
    ]);
  });

  it('names no more ports of a scanned host than a hundred', () => {
    const flows = Array.from({ length: 300 }, (_, i) =>
      clientFlow({ ...sample, id: `${i}`, server: { ip: '10.0.0.2', port: 1 + i } }),
    );
    const [edge] = graphOf(flows).edges;
    expect(edge).toMatchObject({ port: 1, connections: { active: 300 } });
    expect(edge?.ports).toHaveLength(100);
  });
});

describe('removal', () => {
  it('forgets a connection with its last side', () => {
    const map = mapOf([clientFlow(sample), serverFlow(sample)]);
    map.remove(serverFlow(sample));
    expect(edgeNames(map.graph({ now: NOW, group: 'process' }))).toEqual(['curl -> 10.0.0.2']);
    map.remove(clientFlow(sample));
    expect(map.counts).toMatchObject({ flows: 0, conversations: 0 });
  });

  it('of a flow of which nothing more will be known leaves what it did', () => {
    const map = mapOf([clientFlow(sample), serverFlow(sample)]);
    map.lose(clientFlow(sample));
    map.lose(serverFlow(sample));
    expect(map.counts).toMatchObject({ flows: 0, conversations: 1 });
    expect(map.graph({ now: NOW, group: 'process' }).edges).toMatchObject([
      { connections: { active: 0, opened: 1, closed: 0 }, bytes: { forward: 100, backward: 2000 } },
    ]);
  });

  it('of a flow that is not there changes nothing', () => {
    const map = mapOf([clientFlow(sample)]);
    map.remove(serverFlow(sample));
    expect(map.counts.flows).toBe(1);
  });
});
