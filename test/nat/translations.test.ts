import { statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Translator } from '../../src/probe/nat/translator.ts';
import { loadNative } from '../../src/probe/native.ts';
import { type Address, type Conversation, Peer } from './peer.ts';
import { translate } from './records.ts';
import { IP, makeTopology, NODE_IP, NODE_PORT, type Rules, SERVICE, type Topology } from './topology.ts';

const rules: Rules[] = ['nft', 'iptables-nft', 'iptables-legacy'];

describe.each(rules)('NAT by %s', (implementation) => {
  let topology: Topology;
  let peers: Record<'client' | 'server' | 'node' | 'outside', Peer>;
  let translator: Translator;

  beforeAll(async () => {
    topology = makeTopology(implementation);
    peers = {
      client: new Peer(topology.client),
      server: new Peer(topology.server),
      node: new Peer(topology.node),
      outside: new Peer(topology.outside),
    };
    await peers.server.listen(
      ...Object.values(IP.server).flatMap((ip): Address[] => [
        { ip, port: SERVICE.backend },
        { protocol: 'udp', ip, port: SERVICE.udpBackend },
      ]),
    );
    await peers.outside.listen(...Object.values(IP.outside).map((ip) => ({ ip, port: 9000 })));
    translator = new Translator({ native: loadNative(), netns: topology.node.path });
  });

  afterAll(async () => {
    translator?.close();
    await Promise.all(Object.values(peers ?? {}).map((peer) => peer.stop()));
    topology?.remove();
  });

  /** The translation of each side of a connection. */
  function sides(
    { client, server }: Conversation,
    between: { from: keyof typeof peers; to: keyof typeof peers; protocol?: 'tcp' | 'udp' },
  ) {
    const { from, to, protocol = 'tcp' } = between;
    return {
      client: translate(translator, { ends: client, netns: peers[from].netns, protocol }),
      server: translate(translator, { ends: server, netns: peers[to].netns, protocol }),
    };
  }

  describe.each(['ipv4', 'ipv6'] as const)('%s', (version) => {
    const server = IP.server[version];
    const service = { ip: SERVICE[version], port: SERVICE.port };
    const backend = { ip: server, port: SERVICE.backend };

    test('a pod calls a service', async () => {
      const connection = await peers.client.connect(service);
      expect(connection.client.dest).toEqual(service);
      expect(connection.server).toEqual({ source: backend, dest: connection.client.source });
      expect(sides(connection, { from: 'client', to: 'server' })).toEqual({
        client: { dest: backend },
        server: { source: service },
      });
    });

    test('a pod asks a service over UDP', async () => {
      const address = { ip: SERVICE[version], port: SERVICE.udpPort };
      const conversation = await peers.client.connect({ protocol: 'udp', ...address });
      expect(sides(conversation, { from: 'client', to: 'server', protocol: 'udp' })).toEqual({
        client: { dest: { ip: server, port: SERVICE.udpBackend } },
        server: { source: address },
      });
    });

    test('a pod calls out, masqueraded', async () => {
      const connection = await peers.client.connect({ ip: IP.outside[version], port: 9000 });
      expect(connection.server.dest.ip).toBe(NODE_IP.outside[version]);
      expect(sides(connection, { from: 'client', to: 'outside' })).toEqual({
        client: { source: connection.server.dest },
        server: { dest: connection.client.source },
      });
    });

    test('a host outside calls a port of the node', async () => {
      const address = { ip: NODE_IP.outside[version], port: NODE_PORT };
      const connection = await peers.outside.connect(address);
      expect(connection.server.dest.ip).toBe(NODE_IP.server[version]);
      expect(sides(connection, { from: 'outside', to: 'server' })).toEqual({
        client: { source: connection.server.dest, dest: backend },
        server: { source: address, dest: connection.client.source },
      });
    });

    test('a pod calls the service that it is itself (hairpin)', async () => {
      const connection = await peers.server.connect(service);
      expect(connection.client.source.ip).toBe(server);
      expect(connection.server.dest.ip).toBe(NODE_IP.server[version]);
      expect(sides(connection, { from: 'server', to: 'server' })).toEqual({
        client: { source: connection.server.dest, dest: backend },
        server: { source: service, dest: connection.client.source },
      });
    });

    test('the node calls a service', async () => {
      const connection = await peers.node.connect(service);
      expect(sides(connection, { from: 'node', to: 'server' })).toEqual({
        client: { dest: backend },
        server: { source: service },
      });
    });

    test('the node calls its own address', async () => {
      const address = { ip: NODE_IP.outside[version], port: NODE_PORT };
      const connection = await peers.node.connect(address);
      expect(connection.client.source.ip).toBe(address.ip);
      expect(sides(connection, { from: 'node', to: 'server' })).toEqual({
        client: { source: connection.server.dest, dest: backend },
        server: { source: address, dest: connection.client.source },
      });
    });

    test('a pod calls another without NAT', async () => {
      const before = translator.counters();
      const connection = await peers.client.connect(backend);
      expect(sides(connection, { from: 'client', to: 'server' })).toEqual({
        client: undefined,
        server: undefined,
      });
      expect(translator.counters()).toMatchObject({
        hits: (before.hits ?? 0) + 2,
        translated: before.translated,
      });
    });
  });

  test('the node calls a port of its loopback', async () => {
    const address = { ip: '127.0.0.1', port: NODE_PORT };
    const connection = await peers.node.connect(address);
    expect(sides(connection, { from: 'node', to: 'server' })).toEqual({
      client: { source: connection.server.dest, dest: { ip: IP.server.ipv4, port: SERVICE.backend } },
      server: { source: address, dest: connection.client.source },
    });
  });

  test('every lookup found its connection', () => {
    expect(translator.status()).toEqual({ state: 'on' });
    expect(translator.counters()).toMatchObject({ misses: 0, errors: 0, rateLimited: 0 });
    expect(peers.node.netns).toBe(statSync(topology.node.path).ino);
  });
});
