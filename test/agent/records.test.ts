import { expect, it } from 'vitest';
import type { ContainerRecord } from '../../src/wire/container.ts';
import type { DnsRecord } from '../../src/wire/dns.ts';
import { CODECS } from '../../src/wire/kinds.ts';
import type { ProcessRecord } from '../../src/wire/process.ts';
import { openStream, readLines, runAgent, socketPath, TestProbe, until } from './harness.ts';

const ASKED: DnsRecord = {
  id: 'd1',
  askedAt: '2026-03-01T12:00:00.000000000Z',
  question: { name: 'shop.test', type: 'A' },
  server: { ip: '10.96.0.10', port: 53 },
  transport: 'udp',
  outcome: 'answered',
  rcode: 'NXDOMAIN',
  latencyUs: 812,
  process: { pid: 7, comm: 'curl' },
};

const SHELL: ProcessRecord = {
  id: 'p1',
  pid: 7,
  comm: 'sh',
  args: ['sh', '-c', 'exit 3'],
  state: 'running',
  startedAt: '2026-03-01T12:00:00.000000000Z',
};

const CART: ContainerRecord = {
  id: 'c'.repeat(64),
  runtime: 'containerd',
  name: 'cart',
  state: 'running',
  startedAt: '2026-03-01T12:00:00.000000000Z',
};

async function connected(probe: TestProbe, socket: string, options: Parameters<typeof runAgent>[1] = {}) {
  await probe.start();
  const agent = await runAgent(socket, options);
  await until(
    () => agent.status(),
    (status) => status.probe.connected,
  );
  return agent;
}

it('lists what the probe knew of every kind', async () => {
  const socket = socketPath();
  const probe = new TestProbe(socket);
  probe.view.dnsNow = [ASKED];
  probe.view.processesNow = [SHELL];
  probe.view.containersNow = [CART];
  const agent = await connected(probe, socket);
  expect(await agent.json('/api/v1/dns')).toMatchObject({ dns: [ASKED], matched: 1 });
  expect(await agent.json('/api/v1/processes')).toMatchObject({ processes: [SHELL], matched: 1 });
  expect(await agent.json('/api/v1/containers')).toMatchObject({ containers: [CART], matched: 1 });
});

it('filters each kind by its own filters', async () => {
  const socket = socketPath();
  const probe = new TestProbe(socket);
  probe.view.dnsNow = [ASKED, { ...ASKED, id: 'd2', rcode: 'NOERROR' }];
  probe.view.processesNow = [SHELL, { ...SHELL, id: 'p2', comm: 'nginx' }];
  const agent = await connected(probe, socket);
  expect(await agent.json('/api/v1/dns?rcode=nxdomain')).toMatchObject({ dns: [{ id: 'd1' }], matched: 1 });
  expect(await agent.json('/api/v1/processes?comm=ng*')).toMatchObject({ processes: [{ id: 'p2' }] });
  const answer = await fetch(`${agent.url}/api/v1/containers?rcode=NXDOMAIN`);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ error: { code: 'SP_QUERY_INVALID', parameter: 'rcode' } });
});

it('sums DNS as the probe does', async () => {
  const socket = socketPath();
  const probe = new TestProbe(socket);
  probe.view.dnsNow = [
    ASKED,
    { ...ASKED, id: 'd2', rcode: 'SERVFAIL', question: { name: 'a.test', type: 'A' } },
  ];
  const agent = await connected(probe, socket);
  expect(await agent.json('/api/v1/dns/summary?sort=failed&limit=1&comm=curl')).toMatchObject({
    by: 'domain',
    from: ASKED.askedAt,
    total: { transactions: 2, failed: 1 },
    groups: [{ name: 'a.test', rcodes: { SERVFAIL: 1 } }],
    rest: { groups: 1, transactions: 1 },
  });
  const answer = await fetch(`${agent.url}/api/v1/dns/summary?by=colour`);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ error: { code: 'SP_QUERY_INVALID', parameter: 'by' } });
});

it('follows the events of each kind', async () => {
  const socket = socketPath();
  const probe = new TestProbe(socket);
  const agent = await connected(probe, socket);
  const dns = readLines(await openStream(agent, '/api/v1/dns?follow=true', 'application/x-ndjson'));
  const processes = readLines(await openStream(agent, '/api/v1/processes?follow=true', '*/*'));
  const exited: ProcessRecord = { ...SHELL, state: 'exited', exitCode: 3 };
  probe.events.append('dns', CODECS.dns.toRow(ASKED));
  probe.events.append('process.started', CODECS.process.toRow(SHELL));
  probe.events.append('process.exited', CODECS.process.toRow(exited));
  probe.events.flush();
  expect((await dns.next()).value).toEqual({ type: 'dns', cursor: expect.any(String), ...ASKED });
  expect((await processes.next()).value).toMatchObject({ type: 'process.started', ...SHELL });
  expect((await processes.next()).value).toMatchObject({ type: 'process.exited', ...exited });
});

it('reads again what containers and processes use, and tells no one that they changed', async () => {
  const socket = socketPath();
  const probe = new TestProbe(socket);
  probe.view.processesNow = [{ ...SHELL, memory: { rssBytes: 1000 } }];
  probe.view.containersNow = [{ ...CART, cpu: { millicores: 10 } }];
  const agent = await connected(probe, socket, { limits: { figuresMs: 20 } });
  const lines = readLines(await openStream(agent, '/api/v1/containers?follow=true', 'application/x-ndjson'));
  probe.view.processesNow = [{ ...SHELL, memory: { rssBytes: 2000 } }];
  probe.view.containersNow = [
    { ...CART, cpu: { millicores: 900 } },
    { ...CART, id: 'unannounced' },
  ];
  await until(
    () => agent.json('/api/v1/containers'),
    (list) => JSON.stringify(list).includes('900'),
  );
  await until(
    () => agent.json('/api/v1/processes'),
    (list) => JSON.stringify(list).includes('2000'),
  );
  // What is new comes by its event.
  expect(await agent.json('/api/v1/containers')).toMatchObject({ matched: 1 });
  probe.events.append('container.stopped', CODECS.container.toRow({ ...CART, state: 'exited' }));
  probe.events.flush();
  expect((await lines.next()).value).toMatchObject({ type: 'container.stopped' });
});

it('counts a process that ended while nobody looked', async () => {
  const socket = socketPath();
  const probe = new TestProbe(socket, { maxEvents: 16 });
  probe.view.processesNow = [SHELL];
  const agent = await connected(probe, socket);
  await probe.stop();
  probe.view.processesNow = [];
  for (let n = 0; n < 64; n++) probe.events.append('dns', CODECS.dns.toRow({ ...ASKED, id: `n${n}` }));
  probe.events.flush();
  await probe.start();
  const { processes } = await until(
    () => agent.json<{ processes: ProcessRecord[] }>('/api/v1/processes'),
    ({ processes: [first] }) => first?.state === 'exited',
  );
  expect(processes).toEqual([{ ...SHELL, state: 'exited' }]);
});
