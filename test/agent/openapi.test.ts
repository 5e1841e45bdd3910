import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { createPipeline } from '../../src/agent/pipeline.ts';
import { loadAgentConfig } from '../../src/lib/config/load.ts';
import { createLogger } from '../../src/lib/log.ts';
import { SCHEMAS } from '../../src/query/schemas.gen.ts';
import { CODECS } from '../../src/wire/kinds.ts';
import { accessOf, startApiServer } from '../kubernetes/harness.ts';
import { deployed, hex, NODE, PODS } from '../kubernetes/objects.ts';
import {
  closed,
  localConnection,
  openStream,
  readEvents,
  readLines,
  runAgent,
  socketPath,
  TestProbe,
  until,
} from './harness.ts';

interface Document {
  openapi: string;
  paths: Record<string, { get: { operationId: string; parameters: { name: string }[] } }>;
  components: { schemas: Record<string, object> };
}

const ajv = new Ajv2020({ allErrors: true, strict: false });
ajv.addSchema({ $id: 'api', components: { schemas: SCHEMAS } });

/** Throws when the value has anything else than the schema says. */
function expectToBe(schema: string, value: unknown): void {
  const validate = ajv.getSchema(`api#/components/schemas/${schema}`);
  if (validate === undefined) throw new Error(`there is no schema ${schema}`);
  const good = validate(value);
  expect(good ? [] : validate.errors, `${schema}: ${JSON.stringify(value)?.slice(0, 300)}`).toEqual([]);
}

/** An agent with records of every kind, and names of Kubernetes for them. */
async function fullAgent() {
  const server = await startApiServer();
  const container = hex(64);
  server.put(PODS, deployed('cart', { ip: '10.0.0.2', container }));
  const socket = socketPath();
  const probe = new TestProbe(socket);
  const owner = { container: { id: container, runtime: 'containerd' } };
  probe.view.dnsNow = [
    {
      id: 'd',
      askedAt: '2026-03-01T12:00:00.000000000Z',
      question: { name: 'shop.test', type: 'A' },
      server: { ip: '10.96.0.10', port: 53 },
      outcome: 'answered',
      rcode: 'NOERROR',
      latencyUs: 9,
      answers: [{ name: 'shop.test', type: 'A', data: '10.0.0.2', ttl: 5 }],
      ...owner,
    },
  ];
  probe.view.processesNow = [{ id: 'p', pid: 7, comm: 'sh', args: ['sh'], state: 'running', ...owner }];
  probe.view.containersNow = [
    { id: container, state: 'running', labels: ['a=b'], cpu: { usageUs: 1 }, kubernetes: { podUid: 'u' } },
  ];
  await probe.start();
  const { port, tokenFile, caFile } = accessOf(server);
  const kubernetes = { kubernetesHost: '127.0.0.1', kubernetesPort: port, nodeName: NODE };
  const config = { ...kubernetes, kubernetesTokenFile: tokenFile, kubernetesCaFile: caFile };
  const agent = await runAgent(socket, { config });
  const { client, server: accepted } = localConnection('c');
  const named = { ...accepted, ...owner };
  const domain = { ...client, dest: { ...client.dest, domain: 'shop.test' } };
  probe.tell('flow.opened', domain, named);
  probe.tell('flow.closed', { ...closed(client), id: 'failed', failure: 'refused', errno: 111 });
  await until(
    () => agent.json<{ matched: number }>('/api/v1/flows?workload=cart'),
    ({ matched }) => matched >= 2,
  );
  return { agent, probe };
}

it('documents every path that is answered, and no other', async () => {
  const { app } = createPipeline({
    config: loadAgentConfig({ argv: [], env: {} }),
    log: createLogger('node-agent', 'silent'),
    now: Date.now,
    random: () => 0.5,
  });
  const answered = app.routes.map(({ path }) => path).filter((path) => !path.includes('*'));
  const answer = await app.request('/api/v1/openapi.json', { headers: { host: 'localhost' } });
  const document = (await answer.json()) as Document;
  expect(document.openapi).toBe('3.1.0');
  expect(Object.keys(document.paths).sort()).toEqual([...new Set(answered)].sort());
  const operations = Object.values(document.paths).map(({ get }) => get.operationId);
  expect(new Set(operations).size).toBe(operations.length);
});

it('refers only to schemas that it has, and has each for a reason', async () => {
  const agent = await runAgent(socketPath());
  const document = await agent.json<Document>('/api/v1/openapi.json');
  const references = JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g);
  const used = new Set([...references].map(([, name]) => name));
  expect([...used].sort()).toEqual(Object.keys(document.components.schemas).sort());
  expect(() =>
    new Ajv2020({ strict: false }).compile({ ...document, $ref: '#/components/schemas/Graph' }),
  ).not.toThrow();
});

it('documents parameters that are known', async () => {
  const agent = await runAgent(socketPath());
  const { paths } = await agent.json<Document>('/api/v1/openapi.json');
  let asked = 0;
  for (const [path, { get }] of Object.entries(paths)) {
    for (const { name } of get.parameters) {
      const answer = await fetch(`${agent.url}${path}?${name}=%00`, { signal: AbortSignal.timeout(10_000) });
      expect(await answer.text(), `${path}?${name}`).not.toContain('unknown parameter');
      asked += 1;
    }
    const unknown = await fetch(`${agent.url}${path}?nonsense=1`);
    const isFree = get.parameters.length === 0 && !path.startsWith('/api/v1/');
    expect(unknown.status, path).toBe(isFree ? unknown.status : 400);
    if (!isFree) expectToBe('ErrorAnswer', await unknown.json());
  }
  expect(asked).toBeGreaterThan(100);
});

it.each([
  ['/api/v1/flows', 'FlowList'],
  ['/api/v1/flows?last=1', 'FlowList'],
  ['/api/v1/dns', 'DnsList'],
  ['/api/v1/dns/summary?by=domain', 'Summary'],
  ['/api/v1/dns/summary?by=container', 'Summary'],
  ['/api/v1/processes', 'ProcessList'],
  ['/api/v1/containers', 'ContainerList'],
  ['/api/v1/map', 'Graph'],
  ['/api/v1/map?group=workload&comm=nginx', 'Graph'],
  ['/api/v1/map?group=label:app&limit=1', 'Graph'],
  ['/api/v1/map?since=1m&until=10s', 'Graph'],
  ['/api/v1/map?format=grafana', 'Drawing'],
  ['/api/graph/data?group=workload', 'Drawing'],
  ['/api/v1/timeline?buckets=4', 'Timeline'],
  ['/api/v1/timeline?comm=nginx&not=true&port=80', 'Timeline'],
  ['/api/v1/status', 'Status'],
  ['/health', 'Health'],
  ['/ready', 'Readiness'],
  ['/api/v1/nothing', 'ErrorAnswer'],
])('answers %s as documented', async (path, schema) => {
  const { agent } = await fullAgent();
  expectToBe(schema, await agent.json(path));
});

it.each([
  ['flows', 'Flow'],
  ['dns', 'Dns'],
  ['processes', 'Process'],
  ['containers', 'Container'],
])('answers lines of %s as documented', async (path, schema) => {
  const { agent } = await fullAgent();
  const answer = await fetch(`${agent.url}/api/v1/${path}`, { headers: { accept: 'application/x-ndjson' } });
  const lines = (await answer.text()).trimEnd().split('\n');
  expect(lines).not.toEqual(['']);
  for (const line of lines) expectToBe(schema, JSON.parse(line));
});

it('streams events and losses as documented', async () => {
  const { agent, probe } = await fullAgent();
  const follow = async (kind: string, after = '') =>
    readLines(await openStream(agent, `/api/v1/${kind}?follow=true${after}`, 'application/x-ndjson'));
  const lost = await follow('dns', '&after=other.1');
  const [dns, processes, containers] = [
    await follow('dns'),
    await follow('processes'),
    await follow('containers'),
  ];
  const [dnsNow, processNow, containerNow] = [
    probe.view.dnsNow,
    probe.view.processesNow,
    probe.view.containersNow,
  ];
  for (const each of dnsNow) probe.events.append('dns', CODECS.dns.toRow({ ...each, id: 'd2' }));
  for (const each of processNow)
    probe.events.append('process.exited', CODECS.process.toRow({ ...each, state: 'exited' }));
  for (const each of containerNow)
    probe.events.append('container.stopped', CODECS.container.toRow({ ...each, state: 'exited' }));
  probe.events.flush();
  expectToBe('Lost', (await lost.next()).value);
  expectToBe('DnsEvent', (await dns.next()).value);
  expectToBe('ProcessEvent', (await processes.next()).value);
  expectToBe('ContainerEvent', (await containers.next()).value);
});

it('streams the map and its changes as documented', async () => {
  const { agent, probe } = await fullAgent();
  const stream = readEvents(await openStream(agent, '/api/v1/map?group=pod', 'text/event-stream'));
  expectToBe('Graph', (await stream.next()).value?.data);
  probe.tell('flow.opened', localConnection('later', { port: 8080 }).client);
  expectToBe('Change', (await stream.next()).value?.data);
});
