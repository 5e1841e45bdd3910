import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FlowRecord } from '../../src/wire/flow.ts';
import type { Status } from '../../src/wire/status.ts';
import { poll } from '../live/probe.ts';
import { Peer } from './peer.ts';
import { IP, makeTopology, NODE_IP, NODE_PORT, SERVICE, type Topology } from './topology.ts';

const folder = mkdtempSync(join(tmpdir(), 'sysprobe-nat-'));
const socketPath = join(folder, 'probe.sock');
let topology: Topology;
let probe: ChildProcess;
let client: Peer;
let server: Peer;
let outside: Peer;

beforeAll(async () => {
  topology = makeTopology();
  client = new Peer(topology.client);
  server = new Peer(topology.server);
  outside = new Peer(topology.outside);
  await server.listen(...Object.values(IP.server).map((ip) => ({ ip, port: SERVICE.backend })));
  // Where process 1 is in the namespace that has the NAT, as on a node.
  const inNode = [
    'netns',
    'exec',
    topology.node.name,
    'unshare',
    '--pid',
    '--fork',
    '--kill-child=SIGTERM',
    '--mount-proc',
  ];
  probe = spawn(
    'ip',
    [...inNode, process.execPath, 'dist/system-probe.js', '--socket', socketPath, '--log-level', 'error'],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  await poll(() =>
    get('/v1/status').then(
      () => true,
      () => false,
    ),
  );
});

afterAll(async () => {
  if (probe?.exitCode === null) {
    // unshare waits for the probe whatever it is told, and the probe gets a SIGTERM when unshare ends.
    probe.kill('SIGKILL');
    await once(probe, 'exit');
  }
  await Promise.all([client, server, outside].map((peer) => peer?.stop()));
  topology?.remove();
  rmSync(folder, { recursive: true, force: true });
});

function get(path: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path }, async (response) => {
      const chunks = await response.toArray();
      resolve(JSON.parse(Buffer.concat(chunks).toString()));
    });
    call.on('error', reject);
    call.end();
  });
}

/** The two flows of the connection from this port, the client's first, once the probe has them. */
async function flowsFrom(port: number, family: 'ipv4' | 'ipv6'): Promise<FlowRecord[]> {
  let found: FlowRecord[] = [];
  await poll(async () => {
    const { flows } = (await get('/v1/flows?all=true')) as { flows: FlowRecord[] };
    const isOf = ({ source, dest, translated }: FlowRecord) =>
      [source, dest, translated?.dest].some((end) => end?.port === port);
    found = flows.filter((flow) => flow.family === family && isOf(flow));
    return found.length === 2;
  });
  return found.sort((a, b) => (a.role ?? '').localeCompare(b.role ?? ''));
}

test.each(['ipv4', 'ipv6'] as const)('a call of a service over %s shows the backend', async (version) => {
  const service = { ip: SERVICE[version], port: SERVICE.port };
  const { client: ends } = await client.connect(service);
  const backend = { ip: IP.server[version], port: SERVICE.backend };
  expect(await flowsFrom(ends.source.port, version)).toMatchObject([
    { role: 'client', source: ends.source, dest: service, translated: { dest: backend } },
    { role: 'server', source: backend, dest: ends.source, translated: { source: service } },
  ]);
});

test.each(['ipv4', 'ipv6'] as const)('a call of a node port over %s shows both ends', async (version) => {
  const address = { ip: NODE_IP.outside[version], port: NODE_PORT };
  const { client: ends, server: seen } = await outside.connect(address);
  const backend = { ip: IP.server[version], port: SERVICE.backend };
  expect(await flowsFrom(ends.source.port, version)).toMatchObject([
    { role: 'client', dest: address, translated: { source: seen.dest, dest: backend } },
    { role: 'server', dest: seen.dest, translated: { source: address, dest: ends.source } },
  ]);
});

test('a closed flow keeps its translation', async () => {
  const service = { ip: SERVICE.ipv4, port: SERVICE.port };
  const { id, client: ends } = await client.connect(service);
  await client.reset(id);
  await poll(async () =>
    (await flowsFrom(ends.source.port, 'ipv4')).every(({ state }) => state === 'closed'),
  );
  const flows = await flowsFrom(ends.source.port, 'ipv4');
  expect(flows.map(({ translated }) => translated)).toEqual([
    { dest: { ip: IP.server.ipv4, port: SERVICE.backend } },
    { source: service },
  ]);
});

test('a call without NAT has none', async () => {
  const { client: ends } = await client.connect({ ip: IP.server.ipv4, port: SERVICE.backend });
  for (const flow of await flowsFrom(ends.source.port, 'ipv4')) expect(flow).not.toHaveProperty('translated');
});

test('the status has NAT among its sources', async () => {
  const { sources } = (await get('/v1/status')) as Status;
  expect(sources.find(({ name }) => name === 'nat')).toMatchObject({ state: 'on' });
});
