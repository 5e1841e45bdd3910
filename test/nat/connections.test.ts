import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Translator } from '../../src/probe/nat/translator.ts';
import { type Conntrack, loadNative } from '../../src/probe/native.ts';
import { eventually } from '../native/fixture.ts';
import { Peer } from './peer.ts';
import { flush } from './raw-conntrack.ts';
import { recordOf, translate } from './records.ts';
import { IP, makeTopology, REFUSING, SERVICE, SILENT, type Topology } from './topology.ts';

const native = loadNative();
const service = { ip: SERVICE.ipv4, port: SERVICE.port };
const other = { ip: IP.outside.ipv4, port: 9000 };

let topology: Topology;
let client: Peer;
let server: Peer;
let outside: Peer;
let translator: Translator;
let conntrack: Conntrack;

beforeAll(async () => {
  topology = makeTopology();
  client = new Peer(topology.client);
  server = new Peer(topology.server);
  outside = new Peer(topology.outside);
  await server.listen({ ip: IP.server.ipv4, port: SERVICE.backend });
  await outside.listen(other);
  translator = new Translator({ native, netns: topology.node.path });
  conntrack = new native.Conntrack(topology.node.path);
});

afterAll(async () => {
  conntrack?.close();
  translator?.close();
  await Promise.all([client, server, outside].map((peer) => peer?.stop()));
  topology?.remove();
});

const nft = (...command: string[]) =>
  execFileSync('ip', ['netns', 'exec', topology.node.name, 'nft', ...command], { stdio: 'pipe' });

describe('a connection that did not come about', () => {
  const from = (localPort: number, dest: { ip: string; port: number }) => ({
    ends: { source: { ip: IP.client.ipv4, port: localPort }, dest },
    netns: client.netns,
  });

  test('for want of an answer has its backend all the same', async () => {
    const dest = { ip: SILENT.ip, port: SILENT.port };
    const attempt = client.begin({ ...dest, localPort: 41_001 });
    await eventually('the kernel knows the attempt', () => {
      const translation = translate(translator, from(41_001, dest));
      return translation?.dest?.ip === SILENT.backend;
    });
    await client.reset(attempt);
    expect(translate(translator, from(41_001, dest))).toEqual({
      dest: { ip: SILENT.backend, port: SILENT.port },
    });
  });

  test('for it was refused is forgotten by the kernel at once: a miss', async () => {
    const dest = { ip: REFUSING.ip, port: REFUSING.port };
    await expect(client.connect({ ...dest, localPort: 41_002 })).rejects.toThrow('ECONNREFUSED');
    const before = translator.counters();
    expect(translate(translator, from(41_002, dest))).toBeUndefined();
    expect(translator.counters().errors).toBe(before.errors);
  });
});

describe('ports that are used again at once', () => {
  const localPort = 41_003;

  /** Sends the next connections to the service there. */
  function setBackend({ ip, port }: { ip: string; port: number }): void {
    nft(
      'insert',
      'rule',
      'ip',
      'nat',
      'services',
      'ip',
      'daddr',
      service.ip,
      'tcp',
      'dport',
      '80',
      'dnat',
      'to',
      `${ip}:${port}`,
    );
  }

  test('belong to one connection after the other, each with its own backend', async () => {
    const seen = [];
    for (const backend of [{ ip: IP.server.ipv4, port: SERVICE.backend }, other]) {
      setBackend(backend);
      const { id, client: ends } = await client.connect({ ...service, localPort });
      seen.push(translate(translator, { ends, netns: client.netns })?.dest);
      await client.reset(id);
    }
    expect(seen).toEqual([{ ip: IP.server.ipv4, port: SERVICE.backend }, other]);
  });

  test('before they were looked up: only the later connection is sure', async () => {
    const before = translator.counters();
    const records = [];
    for (const backend of [other, { ip: IP.server.ipv4, port: SERVICE.backend }]) {
      setBackend(backend);
      const { id, client: ends } = await client.connect({ ...service, localPort });
      records.push(recordOf({ ends, netns: client.netns }));
      await client.reset(id);
    }
    for (const record of records) translator.enqueue(record);
    translator.resolve();
    expect(records.map((record) => translator.translation(record)?.dest)).toEqual([
      undefined,
      { ip: IP.server.ipv4, port: SERVICE.backend },
    ]);
    expect(translator.counters().superseded).toBe((before.superseded ?? 0) + 1);
  });
});

test('a connection whose entry is gone is a miss, and stays so until its answer is old', async () => {
  const { client: ends } = await client.connect(service);
  flush(conntrack);
  const record = recordOf({ ends, netns: client.netns });
  await client.connect(service);
  const { misses = 0 } = translator.counters();
  for (let round = 0; round < 3; round++) {
    translator.enqueue(record);
    translator.resolve();
  }
  expect(translator.translation(record)).toBeUndefined();
  expect(translator.counters().misses).toBe(misses + 1);
});

test('a closed connection is still known, reset or not', async () => {
  const { id, client: ends } = await client.connect(service);
  await client.reset(id);
  expect(translate(translator, { ends, netns: client.netns })?.dest).toBeDefined();
});

test('a connection inside a pod is not looked up', async () => {
  const { lookups } = translator.counters();
  await server.listen({ ip: '127.0.0.1', port: 7000 });
  for (const address of [
    { ip: '127.0.0.1', port: 7000 },
    { ip: IP.server.ipv4, port: SERVICE.backend },
  ]) {
    const { client: ends } = await server.connect(address);
    expect(translate(translator, { ends, netns: server.netns })).toBeUndefined();
  }
  expect(translator.counters().lookups).toBe(lookups);
});

test('the node without its rules: connections are as they look', async () => {
  nft('flush', 'ruleset');
  flush(conntrack);
  const { client: ends } = await client.connect({ ip: IP.server.ipv4, port: SERVICE.backend });
  expect(translate(translator, { ends, netns: client.netns })).toBeUndefined();
  expect(translator.status()).toEqual({ state: 'on' });
});
