import { execFileSync } from 'node:child_process';
import { readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { SegmentStatus } from '../../src/agent/history/segment-files.ts';
import type { FlowRecord } from '../../src/wire/flow.ts';
import { makeFolder } from '../server/harness.ts';
import { closed, localConnection, runAgent, socketPath, TestProbe, until } from './harness.ts';

type Status = { historyFiles: SegmentStatus; loss: Record<string, number>; probe: { connected: boolean } };

const secondsAgo = (seconds: number) =>
  `${new Date(Date.now() - seconds * 1000).toISOString().slice(0, -1)}000000Z`;

async function agentOf(socket: string, historyFolder: string) {
  const config = { historySeconds: 3600, historyFolder, historyFileBytes: 2 ** 24 };
  const agent = await runAgent(socket, { config });
  await until(
    () => agent.json<Status>('/api/v1/status'),
    ({ probe }) => probe.connected,
  );
  return agent;
}

/** Short connections that ended so long ago. */
function past(count: number, seconds: number): FlowRecord[] {
  const at = {
    openedAt: secondsAgo(seconds),
    closedAt: secondsAgo(seconds),
    lastSeenAt: secondsAgo(seconds),
  };
  return Array.from({ length: count }, (_, i) => ({
    ...closed(localConnection(`${seconds}-${i}`, { sent: 10, received: 20 }).client),
    ...at,
  }));
}

it('goes on after a restart with what it knew, each connection once', async () => {
  const socket = socketPath();
  const folder = makeFolder();
  const probe = await new TestProbe(socket).start();
  const first = await agentOf(socket, folder);
  const { client, server } = localConnection('long', { sent: 100, received: 200 });
  const open = [client, server].map((flow) => ({
    ...flow,
    openedAt: secondsAgo(500),
    lastSeenAt: secondsAgo(400),
  }));
  const gone = {
    ...localConnection('gone', { port: 8080 }).client,
    openedAt: secondsAgo(300),
    lastSeenAt: secondsAgo(290),
  };
  probe.tell('flow.opened', ...open, gone);
  probe.tell('flow.closed', ...past(50, 200), ...past(30, 100));
  const edges = '/api/v1/map?since=20m';
  await until(
    () => first.map('?since=20m'),
    (graph) => graph.edges.some(({ connections }) => connections.closed === 80),
  );
  const before = await first.map('?since=20m&until=50s&group=address');
  await first.stop();

  probe.view.flowsNow = probe.view.flowsNow.filter(({ id }) => id !== gone.id && !id.startsWith('200-'));
  probe.tell(
    'flow.updated',
    ...open.map((flow) => ({ ...flow, lastSeenAt: secondsAgo(1), sent: { bytes: 1100, packets: 9 } })),
  );
  const second = await agentOf(socket, folder);
  const after = await second.map('?since=20m&until=50s&group=address');
  expect(after.edges.map(({ id, bytes, connections }) => ({ id, bytes, ...connections, active: 0 }))).toEqual(
    before.edges.map(({ id, bytes, connections }) => ({ id, bytes, ...connections, active: 0 })),
  );
  expect((await second.map('?since=30s')).edges).toMatchObject([
    { ports: [80], connections: { active: 1, opened: 0 }, bytes: { forward: 1000 } },
  ]);
  expect(await second.json(edges)).toMatchObject({ edges: expect.any(Array) });
  const { flows } = await second.json<{ flows: FlowRecord[] }>('/api/v1/flows?since=20m&state=closed');
  expect(flows.map(({ id }) => id).sort()).toEqual(
    [...past(50, 200), ...past(30, 100)].map(({ id }) => id).sort(),
  );
});

it('reads what is whole after a crash in the middle of a block', async () => {
  const socket = socketPath();
  const folder = makeFolder();
  const probe = await new TestProbe(socket).start();
  const first = await agentOf(socket, folder);
  probe.tell('flow.closed', ...past(20, 100));
  await until(
    () => first.json<Status>('/api/v1/status'),
    ({ historyFiles }) => historyFiles.bytes > 1000,
  );
  probe.tell('flow.closed', ...past(20, 90));
  await first.stop();
  const [name = ''] = readdirSync(folder);
  truncateSync(join(folder, name), statSync(join(folder, name)).size - 10);
  probe.view.flowsNow = [];
  const second = await agentOf(socket, folder);
  const { flows } = await second.json<{ flows: FlowRecord[] }>('/api/v1/flows?since=20m');
  expect(flows.every(({ id }) => id.startsWith('100-'))).toBe(true);
  expect((await second.json<Status>('/api/v1/status')).historyFiles).toMatchObject({ torn: 1, corrupt: 0 });
});

it('goes on in memory when the disk is full, counts it, and writes again when there is room', async () => {
  const socket = socketPath();
  const folder = makeFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', folder]);
  onTestFinished(() => {
    execFileSync('umount', [folder]);
  });
  const probe = await new TestProbe(socket).start();
  const agent = await agentOf(socket, folder);
  const status = () => agent.json<Status>('/api/v1/status');
  probe.tell('flow.closed', ...past(3000, 200));
  const full = await until(status, ({ historyFiles }) => historyFiles.unwritten > 0);
  expect(full.historyFiles.lastError).toMatch(/ENOSPC/);
  expect(full.loss.historyUnwritten).toBe(full.historyFiles.unwritten);
  expect((await agent.map('?since=20m')).edges).toMatchObject([{ connections: { closed: 3000 } }]);

  // A file in which nothing is whole does not stay, however often it is tried.
  await until(status, ({ historyFiles: { files } }) => files + readdirSync(folder).length === 0);

  execFileSync('mount', ['-o', 'remount,size=1m', folder]);
  probe.tell('flow.closed', ...past(10, 100));
  const written = await until(status, ({ historyFiles }) => historyFiles.lastError === undefined);
  expect(written.historyFiles.unwritten).toBe(full.historyFiles.unwritten);
});
