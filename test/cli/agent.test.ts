import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Agent, startAgent } from '../../src/agent/agent.ts';
import { loadAgentConfig } from '../../src/lib/config/load.ts';
import { createLogger } from '../../src/lib/log.ts';
import type { MapGraph } from '../../src/map/types.ts';
import { buildPrograms, makeFolder, serve, start, sysprobe, type TestServer, until } from './harness.ts';
import { CONVERSATION } from './records.ts';

const folder = makeFolder();
let probe: TestServer;
let agent: Agent;

beforeAll(async () => {
  buildPrograms();
  const socket = join(folder.path, 'probe.sock');
  probe = await serve({ socket, flows: CONVERSATION });
  agent = await startAgent({
    config: {
      ...loadAgentConfig({ argv: [], env: {} }),
      socket,
      listenPort: 0,
      maxFlows: 1000,
      maxClosedFlows: 1000,
      historySeconds: 300,
    },
    log: createLogger('node-agent', 'silent'),
    now: () => Date.parse('2026-01-31T12:00:30Z'),
    random: () => 0.5,
  });
  let ready = false;
  await until(() => {
    void fetch(`${agent.url}/ready`).then(({ ok }) => {
      ready ||= ok;
    });
    return ready;
  }, 'the agent');
});

afterAll(async () => {
  await agent.stop();
  await probe.close();
  folder.dispose();
});

const ask = (...args: string[]) => sysprobe([...args, '--server', agent.url]);

test('its flows are those of the probe, and take the same filters', async () => {
  const { stdout } = await ask('flows', '-o', 'json', '--failure');
  expect(JSON.parse(stdout)).toMatchObject({ id: '1.3', failure: 'refused' });
  const fromAgent = await ask('flows', '--utc');
  const fromProbe = await sysprobe(['flows', '--utc', '--socket', probe.socket]);
  expect(fromAgent.stdout.split('\n').sort()).toEqual(fromProbe.stdout.split('\n').sort());
});

test('its map is that of the probe', async () => {
  const graph: MapGraph = JSON.parse((await ask('map', '-o', 'json')).stdout);
  const edge = graph.edges.find(({ port }) => port === 8080);
  expect(edge).toMatchObject({ bytes: { forward: 1000, backward: 3000 } });
  const fromProbe = await sysprobe(['map', '--socket', probe.socket]);
  expect((await ask('map')).stdout).toBe(fromProbe.stdout);
});

test.each([
  ['2026-01-31T11:59:59Z', 0],
  ['2026-01-31T12:00:05Z', 2],
])('its map until %s has what there was by then, as that of the probe', async (time, count) => {
  for (const from of [
    ['--server', agent.url],
    ['--socket', probe.socket],
  ]) {
    const { stdout } = await sysprobe(['map', '-o', 'json', '--until', time, ...from]);
    expect(JSON.parse(stdout).edges).toHaveLength(count);
  }
});

test('what its map cannot answer it refuses by the name of the option', async () => {
  const { code, stderr } = await ask('map', '--since', '1h');
  expect(code).toBe(2);
  expect(stderr).toMatch(/^sysprobe: --since: the map looks back 300s/);
});

test('its status says which program it is', async () => {
  const { stdout } = await ask('status');
  expect(stdout).toMatch(/^node-agent \d.*\nsources\n {2}system-probe on .*probe\.sock\n/);
});

test('its flows can be followed', async () => {
  const run = start(['flows', '-f', '-o', 'json', '--last', '1', '--server', agent.url]);
  await until(() => run.stdout() !== '', 'the list');
  const [record] = CONVERSATION;
  if (record) probe.tell('flow.closed', { ...record, id: 'new' });
  await until(() => run.stdout().includes('"new"'), 'the event');
  run.child.kill('SIGINT');
  expect(await run.ended).toBe(130);
});

test('it does not speak CBOR, and says what it speaks', async () => {
  const { code, stdout, stderr } = await ask('flows', '-o', 'cbor');
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('application/x-ndjson');
});
