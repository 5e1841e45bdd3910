import { afterAll, beforeAll, expect, test } from 'vitest';
import { poll } from '../live/probe.ts';
import { calls, endsOf, type Peers, startPeers } from './calls.ts';
import { type NodeProbe, startNodeProbe } from './node-probe.ts';
import { IP, makeTopology, SERVICE, type Topology } from './topology.ts';

let topology: Topology;
let probe: NodeProbe;
let peers: Peers;

beforeAll(async () => {
  topology = makeTopology();
  peers = await startPeers(topology);
  probe = await startNodeProbe(topology.node);
});

afterAll(async () => {
  await probe?.stop();
  await peers?.stop();
  topology?.remove();
});

test.each(calls)('both flows of a call of $what tell both ends', async ({ family, make }) => {
  const { port, flows } = await make(peers);
  expect((await probe.flowsFrom(port, family)).map(endsOf)).toEqual(flows);
});

test('a closed flow keeps its translation', async () => {
  const service = { ip: SERVICE.ipv4, port: SERVICE.port };
  const { id, client: ends } = await peers.client.connect(service);
  await peers.client.reset(id);
  await poll(async () =>
    (await probe.flowsFrom(ends.source.port, 'ipv4')).every(({ state }) => state === 'closed'),
  );
  const flows = await probe.flowsFrom(ends.source.port, 'ipv4');
  expect(flows.map(({ translated }) => translated)).toEqual([
    { dest: { ip: IP.server.ipv4, port: SERVICE.backend } },
    { source: service },
  ]);
});

test('the status has NAT among its sources', async () => {
  const { sources } = await probe.status();
  expect(sources.find(({ name }) => name === 'nat')).toMatchObject({ state: 'on' });
});
