import { expect, it } from 'vitest';
import type { NamedFlowRecord } from '../../src/agent/enrich/enricher.ts';
import { containerPatterns } from '../../src/lib/config/container-patterns.ts';
import type { FlowRecord } from '../../src/wire/flow.ts';
import { CODECS } from '../../src/wire/kinds.ts';
import type { ProcessRecord } from '../../src/wire/process.ts';
import {
  closed,
  localConnection,
  openStream,
  readLines,
  runAgent,
  socketPath,
  TestProbe,
  until,
} from '../agent/harness.ts';
import type { ApiServer } from './api-server.ts';
import { accessOf, startApiServer } from './harness.ts';
import { deployed, hex, NODE, PODS, pod, SERVICES, SLICES, service, slice, uid } from './objects.ts';

const CLUSTER_IP = '10.2.0.1';

/** An agent that reads a probe and an API server with two pods and a service, which the tests change. */
async function shop(server: ApiServer, config: Options['config'] = {}) {
  const [web, cart] = [hex(64), hex(64)];
  const webPod = deployed('web', { ip: '10.0.0.1', container: web, namespace: 'front' });
  const cartPod = deployed('cart', { ip: '10.0.0.2', container: cart });
  const { name: cartName } = cartPod.metadata;
  server.put(PODS, webPod);
  server.put(PODS, cartPod);
  server.put(SERVICES, service('cart', CLUSTER_IP));
  server.put(SLICES, slice('cart', [{ ip: '10.0.0.2', pod: cartName, node: NODE }]));
  const socket = socketPath();
  const probe = await new TestProbe(socket).start();
  const agent = await runAgent(socket, configOf(server, config));
  await until(
    () => agent.json<{ sources: { name: string; state: string }[] }>('/api/v1/status'),
    ({ sources }) => sources.every(({ state }) => state === 'on'),
  );
  return { agent, probe, web, cart, webPod, cartPod };
}

type Options = NonNullable<Parameters<typeof runAgent>[1]>;

function configOf(server: ApiServer, config: Options['config']): Options {
  const { port, tokenFile, caFile } = accessOf(server);
  return {
    config: {
      kubernetesHost: '127.0.0.1',
      kubernetesPort: port,
      kubernetesTokenFile: tokenFile,
      kubernetesCaFile: caFile,
      nodeName: NODE,
      podLabelsAsTags: new Map([['app', 'kube_app']]),
      ...config,
    },
  };
}

/** A connection from the web to the ClusterIP of the cart, seen at both ends. */
function called({ web, cart }: { web: string; cart: string }, id = 'c') {
  const { client, server } = localConnection(id, { port: 8080 });
  const dest = { ip: CLUSTER_IP, port: 80 };
  return {
    client: { ...client, dest, translated: { dest: server.source }, container: { id: web } },
    server: { ...server, translated: { source: dest }, container: { id: cart } },
  } satisfies Record<string, FlowRecord>;
}

const flowsOf = async (agent: { json<T>(path: string): Promise<T> }, query = '') =>
  (await agent.json<{ flows: NamedFlowRecord[] }>(`/api/v1/flows${query}`)).flows;

it('names both ends of flows, and the service that was called', async () => {
  const { agent, probe, web, cart, webPod, cartPod } = await shop(await startApiServer());
  const { client, server } = called({ web, cart });
  probe.tell('flow.opened', client, server);
  const [seen, accepted] = await until(
    () => flowsOf(agent),
    ({ length }) => length === 2,
  );
  const webNames = {
    namespace: 'front',
    pod: webPod.metadata.name,
    workload: { kind: 'Deployment', name: 'web' },
    node: NODE,
    container: 'main',
    labels: { app: 'web', 'pod-template-hash': '6d9f7c5b8' },
    tags: { kube_app: 'web' },
  };
  expect(seen?.kubernetes).toEqual(webNames);
  expect(seen?.dest.kubernetes).toMatchObject({
    namespace: 'shop',
    pod: cartPod.metadata.name,
    service: 'cart',
  });
  expect(accepted?.kubernetes).toMatchObject({ pod: cartPod.metadata.name, service: 'cart' });
  expect(accepted?.dest.kubernetes?.pod).toBe(webPod.metadata.name);
});

it('filters flows by the names of either end', async () => {
  const { agent, probe, web, cart } = await shop(await startApiServer());
  const { client, server } = called({ web, cart });
  probe.tell('flow.opened', client, server);
  await until(
    () => flowsOf(agent),
    ({ length }) => length === 2,
  );
  const ids = async (query: string) => (await flowsOf(agent, query)).map(({ id }) => id);
  expect(await ids('?from-namespace=front&to-service=cart')).toEqual(['c-client', 'c-server']);
  expect(await ids('?to-namespace=front')).toEqual([]);
  expect(await ids('?direction=incoming&workload=Deployment/cart')).toEqual(['c-server']);
  expect(await ids('?label=app=web&not=true&from-pod=front/web-')).toEqual([]);
});

it.each([
  ['pod', (names: string[]) => names.every((name) => /^(web|cart)-6d9f7c5b8-/.test(name))],
  ['workload', (names: string[]) => names.join() === 'cart,web'],
  ['service', (names: string[]) => names.join() === 'cart,web'],
  ['namespace', (names: string[]) => names.join() === 'front,shop'],
  ['label:app', (names: string[]) => names.join() === 'app=cart,app=web'],
  ['node', (names: string[]) => names.join() === NODE],
])('draws the map by %s', async (group, isRight) => {
  const { agent, probe, web, cart } = await shop(await startApiServer());
  const { client, server } = called({ web, cart });
  probe.tell('flow.opened', client, server);
  const { edges } = await until(
    () => agent.map(`?group=${group}`),
    ({ nodes }) => nodes.length > 0 && isRight(nodes.map(({ name }) => name).sort()),
  );
  expect(edges).toHaveLength(1);
});

it('shows the phase, the readiness and the restarts of a pod on the map', async () => {
  const server = await startApiServer();
  const { agent, probe, web, cart, cartPod } = await shop(server);
  const flows = called({ web, cart });
  probe.tell('flow.opened', flows.client, flows.server);
  const detail = async () =>
    (await agent.map('?group=pod')).nodes.find(({ name }) => name === cartPod.metadata.name)?.detail;
  await until(detail, (found) => found !== undefined);
  expect(await detail()).toMatchObject({ phase: 'Running', ready: 'true', restarts: 2, namespace: 'shop' });
  const status = { ...(cartPod.status as object), conditions: [{ type: 'Ready', status: 'False' }] };
  server.put(PODS, { ...cartPod, status });
  await until(detail, (found) => found?.ready === 'false');
});

it('names flows of a pod that is known only later', async () => {
  const server = await startApiServer();
  const { agent, probe, web } = await shop(server);
  const container = hex(64);
  const { client } = localConnection('c');
  const dest = { ip: '10.0.0.77', port: 6379 };
  probe.tell('flow.opened', { ...client, container: { id: web }, dest });
  probe.tell('flow.opened', { ...client, id: 'own', container: { id: container } });
  await until(
    () => flowsOf(agent),
    ({ length }) => length === 2,
  );
  server.put(PODS, pod({ name: 'redis-0', ip: dest.ip, owner: { kind: 'StatefulSet', name: 'redis' } }));
  server.put(PODS, pod({ name: 'late', container, owner: { kind: 'DaemonSet', name: 'agent' } }));
  await until(
    () => flowsOf(agent, '?workload=StatefulSet/redis'),
    ([first]) => first?.dest.kubernetes?.pod === 'redis-0',
  );
  expect(await flowsOf(agent, '?workload=DaemonSet/agent')).toMatchObject([{ id: 'own' }]);
});

it('keeps nothing of excluded containers, also of those that Kubernetes tells of later', async () => {
  const server = await startApiServer();
  const excludeContainers =
    containerPatterns.parse('kube_namespace:^front$ image:^registry.example/secret') ?? [];
  const { agent, probe, web, cart } = await shop(server, { excludeContainers });
  const { client, server: accepted } = called({ web, cart });
  const [secret, late] = [hex(64), hex(64)];
  const uids = { [secret]: uid(), [late]: uid() };
  const owned = (id: string) => ({ container: { id }, cgroup: { path: `/kubepods/pod${uids[id]}/${id}` } });
  const own = (id: string, container: string) => ({ ...localConnection(id).client, ...owned(container) });
  const row = CODECS.process.toRow({
    ...{ id: 'p', pid: 7, startedAt: client.openedAt, comm: 'sh', state: 'running' },
    ...owned(secret),
  } as ProcessRecord);
  probe.events.append('process.started', row);
  probe.tell('flow.opened', client, accepted, own('s', secret), own('l', late));
  const status = () =>
    agent.json<{ loss: Record<string, number>; tables: { name: string; used: number }[] }>('/api/v1/status');
  const waiting = ({ tables }: Awaited<ReturnType<typeof status>>) =>
    tables.find(({ name }) => name === 'eventsBeforeName')?.used;
  await until(status, (answer) => waiting(answer) === 3);
  expect((await flowsOf(agent)).map(({ id }) => id)).toEqual([accepted.id]);
  const shapes = [
    { name: 'secret-0', container: secret, image: 'registry.example/secret:2' },
    { name: 'late-0', container: late, image: 'registry.example/app:1' },
  ];
  for (const shape of shapes) server.put(PODS, pod({ ...shape, uid: uids[shape.container] ?? '' }));
  await until(status, (answer) => waiting(answer) === 0);
  expect((await flowsOf(agent)).map(({ id }) => id)).toEqual([accepted.id, 'l-client']);
  expect((await agent.json<{ processes: ProcessRecord[] }>('/api/v1/processes')).processes).toEqual([]);
  expect((await status()).loss.eventsExcluded).toBe(3);
  expect((await agent.map('?group=namespace')).nodes.map(({ name }) => name).sort()).toContain('shop');
});

it('reads the probe when it knows the pods, where containers are excluded', async () => {
  const server = await startApiServer();
  const excludeContainers = containerPatterns.parse('name:^main$') ?? [];
  const container = hex(64);
  server.put(PODS, pod({ name: 'web-0', container }));
  server.misbehaviour = 'error';
  const socket = socketPath();
  const probe = await new TestProbe(socket).start();
  const { client, server: accepted } = localConnection('c');
  probe.tell('flow.opened', client, { ...accepted, container: { id: container } });
  const agent = await runAgent(socket, configOf(server, { excludeContainers }));
  const status = () =>
    agent.json<{ probe: { connected: boolean }; sources: { name: string; reason?: string }[] }>(
      '/api/v1/status',
    );
  await until(status, ({ sources }) =>
    sources.some(({ name, reason }) => name === 'kubernetes' && reason?.includes('500')),
  );
  expect((await status()).probe.connected).toBe(false);
  server.misbehaviour = 'none';
  await until(
    () => flowsOf(agent),
    ({ length }) => length > 0,
  );
  expect((await flowsOf(agent)).map(({ id }) => id)).toEqual(['c-client']);
});

it('keeps the names of a pod as long as its flows are shown', async () => {
  const server = await startApiServer();
  const { agent, probe, web, cart, webPod, cartPod } = await shop(server);
  const { client, server: accepted } = called({ web, cart });
  probe.tell('flow.opened', client, accepted);
  await until(
    () => flowsOf(agent),
    ({ length }) => length === 2,
  );
  probe.tell('flow.closed', closed(client), closed(accepted));
  for (const each of [webPod, cartPod]) server.delete(PODS, each);
  server.delete(SLICES, slice('cart', []));
  server.delete(SERVICES, service('cart', CLUSTER_IP));
  // The address is given to another pod, which was not there when the flows were.
  const startTime = new Date(Date.now() + 60_000).toISOString();
  server.put(PODS, pod({ name: 'successor', ip: '10.0.0.2', startTime }));
  await until(
    () => agent.json<{ tables: { name: string; used: number }[] }>('/api/v1/status'),
    ({ tables }) => tables.some(({ name, used }) => name === 'gonePods' && used === 2),
  );
  const [first, second] = await flowsOf(agent, '?to-service=cart');
  expect(first?.dest.kubernetes).toMatchObject({ pod: cartPod.metadata.name, namespace: 'shop' });
  expect(second?.kubernetes).toMatchObject({ pod: cartPod.metadata.name });
  const names = (await agent.map('?group=workload')).nodes.map(({ name }) => name).sort();
  expect(names).toEqual(['cart', 'web']);
});

it('names what was behind a service on another node while the flow was, and not its successor', async () => {
  const server = await startApiServer();
  const { agent, probe, web } = await shop(server);
  const behind = '10.9.0.4';
  const remote = (name: string) => slice('db', [{ ip: behind, pod: name, node: 'node-b' }]);
  server.put(SLICES, remote('db-0'));
  const { client } = localConnection('c');
  const flow = { ...client, dest: { ip: behind, port: 5432 }, container: { id: web } };
  const pods = async () =>
    (await flowsOf(agent, '?service=db&since=1h')).map(({ dest }) => dest.kubernetes?.pod);
  await until(
    () => agent.json<{ tables: { name: string; used: number }[] }>('/api/v1/status'),
    ({ tables }) => tables.some(({ name, used }) => name === 'endpointSlices' && used === 2),
  );
  probe.tell('flow.opened', flow);
  probe.tell('flow.closed', closed(flow));
  await until(pods, ({ length }) => length === 1);
  server.put(SLICES, remote('db-1'));
  await until(
    () => agent.json<{ tables: { name: string; used: number }[] }>('/api/v1/status'),
    ({ tables }) => tables.some(({ name, used }) => name === 'goneAddresses' && used === 1),
  );
  expect(await pods()).toEqual(['db-0']);
});

it('names the owners of processes, containers and DNS transactions', async () => {
  const { agent, probe, web, webPod } = await shop(await startApiServer());
  const process: ProcessRecord = { id: 'p', pid: 7, state: 'running', container: { id: web } };
  probe.events.append('process.started', CODECS.process.toRow(process));
  probe.events.append('container.started', CODECS.container.toRow({ id: web, state: 'running' }));
  const question = { name: 'cart.shop.svc.cluster.local', type: 'A' };
  const dns = { id: 'd', question, outcome: 'timeout', container: { id: web } } as const;
  probe.events.append('dns', CODECS.dns.toRow(dns));
  probe.events.flush();
  await until(
    () => agent.json<{ matched: number }>('/api/v1/dns?namespace=front'),
    ({ matched }) => matched === 1,
  );
  const owner = { kubernetes: { namespace: 'front', pod: webPod.metadata.name, container: 'main' } };
  expect(await agent.json('/api/v1/dns?workload=web')).toMatchObject({ dns: [{ id: 'd', ...owner }] });
  expect(await agent.json('/api/v1/processes?pod=front/web-')).toMatchObject({ processes: [owner] });
  expect(await agent.json('/api/v1/containers?namespace=front')).toMatchObject({ containers: [owner] });
  expect(await agent.json('/api/v1/containers?workload=web')).toMatchObject({ containers: [owner] });
  expect(await agent.json('/api/v1/containers?workload=cart')).toMatchObject({ containers: [] });
});

it('streams flows with the names of both ends', async () => {
  const { agent, probe, web, cart } = await shop(await startApiServer());
  const path = '/api/v1/flows?follow=true&to-service=cart';
  const lines = readLines(await openStream(agent, path, 'application/x-ndjson'));
  const { client } = called({ web, cart });
  const other = localConnection('other').client;
  probe.tell('flow.opened', { ...other, dest: { ip: '192.0.2.1', port: 80 } }, client);
  const { value } = await lines.next();
  expect(value).toMatchObject({ id: 'c-client', kubernetes: { namespace: 'front' } });
});

it('says why there are no names, and goes on without', async () => {
  const server = await startApiServer();
  const { agent, probe } = await shop(server);
  server.misbehaviour = 'forbidden';
  server.dropWatches();
  const { sources } = await until(
    () => agent.json<{ sources: { name: string; state: string; reason?: string }[] }>('/api/v1/status'),
    ({ sources: [, kubernetes] }) => kubernetes?.reason?.includes('403') === true,
  );
  // What was read before is still answered.
  expect(sources[1]).toMatchObject({ name: 'kubernetes', state: 'degraded' });
  probe.tell('flow.opened', localConnection('c').client);
  await until(
    () => flowsOf(agent),
    ({ length }) => length === 1,
  );
});

it('says that the name of the node may be wrong when it has no pods', async () => {
  const server = await startApiServer();
  server.put(PODS, pod({ name: 'elsewhere', node: 'node-b' }));
  const { port, tokenFile, caFile } = accessOf(server);
  const agent = await runAgent(socketPath(), {
    config: {
      kubernetesHost: '127.0.0.1',
      kubernetesPort: port,
      kubernetesTokenFile: tokenFile,
      kubernetesCaFile: caFile,
      nodeName: 'not-its-name',
    },
  });
  await until(
    () => agent.json<{ sources: { reason?: string }[] }>('/api/v1/status'),
    ({ sources: [, kubernetes] }) => kubernetes?.reason?.includes('no pods on not-its-name') === true,
  );
});

it('refuses filters of names where there is no Kubernetes', async () => {
  const socket = socketPath();
  await new TestProbe(socket).start();
  const agent = await runAgent(socket);
  const answer = await fetch(`${agent.url}/api/v1/flows?namespace=shop`);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ error: { parameter: 'namespace' } });
  expect(await agent.json('/api/v1/status')).toMatchObject({
    sources: [{ name: 'system-probe' }, { name: 'kubernetes', state: 'off' }],
  });
});
