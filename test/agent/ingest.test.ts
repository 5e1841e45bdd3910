import { expect, it } from 'vitest';
import type { FlowRecord } from '../../src/wire/flow.ts';
import {
  closed,
  localConnection,
  runAgent,
  socketPath,
  type TestAgent,
  TestProbe,
  until,
} from './harness.ts';

const ids = async (agent: TestAgent) => {
  const { flows } = await agent.json<{ flows: FlowRecord[] }>('/api/v1/flows?all=true');
  return flows.map(({ id }) => id).toSorted();
};

const table = async (agent: TestAgent, name: string) =>
  (await agent.status()).tables.find((each) => each.name === name);

function connections(from: number, count: number): FlowRecord[] {
  return Array.from({ length: count }, (_, i) => closed(localConnection(`c${from + i}`).client));
}

it('knows connections that are older than the agent', async () => {
  const socket = socketPath();
  const probe = await new TestProbe(socket).start();
  const { client, server } = localConnection('old');
  probe.tell('flow.opened', client, server);
  const agent = await runAgent(socket);
  await until(
    () => agent.status(),
    ({ probe }) => probe.connected,
  );
  expect(await ids(agent)).toEqual(['old-client', 'old-server']);
});

it('waits for a probe that is not there yet', async () => {
  const socket = socketPath();
  const agent = await runAgent(socket);
  const waiting = await until(
    () => agent.json<{ ready: boolean; reason?: string }>('/ready'),
    ({ reason }) => reason?.includes(socket) === true,
  );
  expect(waiting.ready).toBe(false);
  expect(waiting.reason).toContain('start system-probe');
  await new TestProbe(socket).start();
  await until(
    () => fetch(`${agent.url}/ready`),
    ({ status }) => status === 200,
  );
});

it('comes back with its cursor and loses nothing', async () => {
  const socket = socketPath();
  const probe = await new TestProbe(socket).start();
  const agent = await runAgent(socket);
  await until(
    () => agent.status(),
    (status) => status.probe.connected,
  );
  probe.tell('flow.closed', ...connections(0, 500));
  await until(
    () => table(agent, 'closedFlows'),
    (closedFlows) => closedFlows?.used === 500,
  );

  await probe.stop();
  // What lists forget, only the stream can bring.
  probe.tell('flow.closed', ...connections(500, 5000));
  probe.view.flowsNow = [];
  await until(
    () => agent.status(),
    (status) => !status.probe.connected,
  );
  await probe.start();

  await until(
    () => table(agent, 'closedFlows'),
    (closedFlows) => closedFlows?.used === 5500,
  );
  const status = await agent.status();
  expect(status).toMatchObject({ lost: 0, probe: { events: 5500, restarts: 0, invalid: 0 } });
  expect(status.probe.reconnects).toBeGreaterThan(0);
});

it('that was stopped and started finds what happened meanwhile', async () => {
  const socket = socketPath();
  const probe = await new TestProbe(socket).start();
  const first = await runAgent(socket);
  probe.tell('flow.closed', ...connections(0, 4000));
  await until(
    () => table(first, 'closedFlows'),
    (closedFlows) => closedFlows?.used === 4000,
  );
  await first.stop();
  probe.tell('flow.closed', ...connections(4000, 2000));

  const second = await runAgent(socket);
  probe.tell('flow.closed', ...connections(6000, 4000));
  await until(
    () => table(second, 'closedFlows'),
    (closedFlows) => closedFlows?.used === 10_000,
  );
  expect(new Set(await ids(second)).size).toBe(10_000);
  expect(await second.status()).toMatchObject({ lost: 0 });
});

it('counts exactly what the probe no longer had, and lists what is still known', async () => {
  const socket = socketPath();
  const probe = await new TestProbe(socket, { maxEvents: 64 }).start();
  const agent = await runAgent(socket);
  await until(
    () => agent.status(),
    (status) => status.probe.connected,
  );
  const { client } = localConnection('open');
  probe.tell('flow.opened', client);
  await until(
    () => ids(agent),
    (known) => known.length === 1,
  );

  await probe.stop();
  const before = probe.events.head;
  for (let n = 0; n < 300; n++) probe.tell('flow.closed', ...connections(n, 1));
  probe.view.flowsNow = probe.view.flowsNow.filter(({ id }) => id !== client.id);
  const lost = probe.events.oldest - 1 - before;
  await probe.start();

  await until(
    () => ids(agent),
    (known) => known.length === 301,
  );
  expect(await agent.status()).toMatchObject({ lost, probe: { lost } });
  const { flows } = await agent.json<{ flows: FlowRecord[] }>('/api/v1/flows?all=true');
  expect(flows.find(({ id }) => id === client.id)).toMatchObject({ state: 'closed', closeMissed: true });
});

it('drops the open flows of a probe that was started anew, and lists those of the new one', async () => {
  const socket = socketPath();
  const first = await new TestProbe(socket, { run: 'one' }).start();
  const old = localConnection('old');
  first.tell('flow.opened', old.client, old.server);
  const agent = await runAgent(socket);
  await until(
    () => agent.map(),
    ({ edges }) => edges.length === 1,
  );
  await first.stop();

  const second = new TestProbe(socket, { run: 'two' });
  second.tell('flow.opened', { ...old.client, id: 'new-client' }, { ...old.server, id: 'new-server' });
  await second.start();
  await until(
    () => ids(agent),
    (known) => known.includes('new-client'),
  );
  expect(await ids(agent)).toEqual(['new-client', 'new-server']);
  const { edges } = await agent.map();
  expect(edges).toMatchObject([{ connections: { active: 1 }, bytes: { forward: 100, backward: 2000 } }]);
  expect((await agent.status()).probe).toMatchObject({ run: 'two', restarts: 1 });
});
