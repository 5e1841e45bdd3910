import { chmodSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { MapEdge } from '../../src/map/types.ts';
import { type BothPrograms, FOR_AGENT, type RunningAgent, startAgent, startBoth } from './agent.ts';
import { holdConnection } from './connection.ts';
import { poll, startProbeOn } from './probe.ts';
import { startTraffic, type Traffic, traffic } from './traffic.ts';

const CONNECTIONS = 10_000;
/** Another namespace may use the same port at the same time. */
const netns = Number(statSync('/proc/self/ns/net').ino);

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function both(): Promise<BothPrograms> {
  const programs = await startBoth();
  stops.push(programs.stop);
  return programs;
}

async function agentOn(socket: string): Promise<RunningAgent> {
  const agent = await startAgent(socket);
  stops.push(() => agent.stop());
  return agent;
}

const closedOf = (port: number) => `port=${port}&netns=${netns}&state=closed`;

async function closedSides(agent: RunningAgent, port: number): Promise<number> {
  return (await agent.flows(`${closedOf(port)}&last=1`)).matched;
}

/** Names that no other process of the machine has. */
const comms = { 'comm-client': `spc-${process.pid}`, 'comm-server': `sps-${process.pid}` };

async function edgesOf(agent: RunningAgent): Promise<MapEdge[]> {
  const { edges } = await agent.map('group=process');
  const names = Object.values(comms);
  return edges.filter(({ source, target }) => names.some((name) => `${source} ${target}`.includes(name)));
}

/** Every connection is known, once, from both sides and to the byte, and nothing was lost on the way. */
async function expectWhole(agent: RunningAgent, ...runs: Traffic[]): Promise<void> {
  const port = runs[0]?.port ?? 0;
  await poll(async () => (await closedSides(agent, port)) >= 2 * CONNECTIONS, 60_000);
  expect(await closedSides(agent, port)).toBe(2 * CONNECTIONS);
  await poll(async () => (await edgesOf(agent))[0]?.connections.closed === CONNECTIONS);
  expect(await edgesOf(agent)).toMatchObject([
    {
      source: `process:host/${comms['comm-client']}`,
      target: `process:host/${comms['comm-server']}`,
      ports: [port],
      connections: { active: 0, opened: CONNECTIONS, closed: CONNECTIONS, failed: {} },
      bytes: {
        forward: runs.reduce((sum, { client }) => sum + client.sent, 0),
        backward: runs.reduce((sum, { client }) => sum + client.received, 0),
      },
    },
  ]);
  const { lost, loss } = await agent.status();
  expect({ lost, loss: Object.values(loss).filter((count) => count > 0) }).toEqual({ lost: 0, loss: [] });
}

const burst = (count: number, port = 0) =>
  startTraffic('transfer', { sent: 3, received: 5, count, port, ...comms });

describe('10,000 short connections', () => {
  it('are all known to an agent that was stopped and started again meanwhile', async () => {
    const { probe, agent: first } = await both();
    const half = await burst(CONNECTIONS / 2);
    await poll(async () => (await closedSides(first, half.port)) > 1000);
    expect(await first.stop()).toBe(0);
    const firstHalf = await half.done;

    const otherHalf = await burst(CONNECTIONS / 2, half.port);
    const second = await agentOn(probe.socket);
    await expectWhole(second, firstHalf, await otherHalf.done);
  });

  it('are all known to an agent that the kernel did not let run meanwhile', async () => {
    const { agent } = await both();
    const { port, done } = await burst(CONNECTIONS);
    await poll(async () => (await closedSides(agent, port)) > 1000);
    agent.signal('SIGSTOP');
    const report = await done;
    agent.signal('SIGCONT');
    await expectWhole(agent, report);
    expect((await agent.status()).probe).toMatchObject({ reconnects: 0, lost: 0 });
  });
});

describe('an agent', () => {
  it('waits for the probe, and goes on by itself when that is killed and started again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sysprobe-agent-'));
    stops.push(() => rmSync(folder, { recursive: true }));
    chmodSync(folder, 0o755);
    const socket = join(folder, 'probe.sock');
    const agent = await agentOn(socket);
    expect(await agent.isReady()).toBe(false);
    const first = await startProbeOn(socket, FOR_AGENT);
    stops.push(() => first.stop());
    await poll(agent.isReady);

    const before = await traffic('transfer', { sent: 10, received: 20, ...comms });
    const held = await holdConnection();
    await held.send(1000);
    await poll(async () => (await closedSides(agent, before.port)) === 2);
    await poll(async () => (await agent.flows(`port=${held.port}&state=active`)).matched === 2);

    await first.stop('SIGKILL');
    expect(existsSync(socket)).toBe(true);
    await poll(async () => !(await agent.isReady()));
    await poll(async () => /start system-probe/.test((await agent.status()).sources[0]?.reason ?? ''));
    expect((await agent.status()).probe.connected).toBe(false);
    expect(await closedSides(agent, before.port)).toBe(2);

    const second = await startProbeOn(socket, FOR_AGENT);
    stops.push(() => second.stop());
    await poll(agent.isReady);
    expect((await agent.status()).probe).toMatchObject({ connected: true, restarts: 1, lost: 0 });
    await held.send(500);
    await held.close();
    const after = await traffic('transfer', { sent: 1, received: 2, port: before.port, ...comms });
    await poll(async () => (await closedSides(agent, before.port)) === 4);
    await poll(async () => (await closedSides(agent, held.port)) === 2);
    expect(await edgesOf(agent)).toMatchObject([
      {
        connections: { active: 0, closed: 2, failed: {} },
        bytes: {
          forward: before.client.sent + after.client.sent,
          backward: before.client.received + after.client.received,
        },
      },
    ]);
    const { edges } = await agent.map(`port=${held.port}&netns=${netns}`);
    expect(edges).toMatchObject([
      { ports: [held.port], connections: { active: 0, closed: 1 }, bytes: { forward: 1500, backward: 0 } },
    ]);
  });
});
