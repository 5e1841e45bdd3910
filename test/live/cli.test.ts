import { statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FlowRecord } from '../../src/wire/flow.ts';
import { AGENT_LOSSES, PROBE_LOSSES } from '../../src/wire/losses.ts';
import { start, sysprobe, until } from '../cli/harness.ts';
import { type BothPrograms, startBoth } from './agent.ts';
import { poll } from './probe.ts';
import { type Traffic, traffic } from './traffic.ts';

/** Another namespace may use the same port at the same time. */
const netns = String(statSync('/proc/self/ns/net').ino);
const comms = { 'comm-client': `clc-${process.pid}`, 'comm-server': `cls-${process.pid}` };

let programs: BothPrograms;
let done: Traffic;

beforeAll(async () => {
  programs = await startBoth();
  done = await traffic('transfer', { sent: 1_234_567, received: 7_654_321, ...comms });
  await poll(async () => (await programs.agent.flows(`${query()}&state=closed`)).matched === 2);
});

afterAll(() => programs?.stop());

const query = () => `port=${done.port}&netns=${netns}`;
const ofTraffic = () => ['--port', String(done.port), '--netns', netns];

/** Runs to its end, which has to be a good one. */
async function ask(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await sysprobe(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

const records = (text: string): FlowRecord[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

describe.each([
  ['--socket', () => ['--socket', programs.probe.socket]],
  ['--server unix:', () => ['--server', `unix:${programs.probe.socket}`]],
  ['--server http:', () => ['--server', programs.agent.url]],
])('sysprobe %s', (_, from) => {
  it('flows -o json has both sides, exact to the byte', async () => {
    const flows = records(await ask('flows', '-o', 'json', ...ofTraffic(), ...from()));
    expect(flows).toHaveLength(2);
    expect(flows.find(({ role }) => role === 'client')).toMatchObject({
      state: 'closed',
      direction: 'local',
      dest: { ip: '127.0.0.1', port: done.port },
      process: { pid: done.client.pid, comm: comms['comm-client'] },
      sent: { bytes: 1_234_567 },
      received: { bytes: 7_654_321 },
    });
    expect(flows.find(({ role }) => role === 'server')).toMatchObject({
      state: 'closed',
      direction: 'local',
      source: { ip: '127.0.0.1', port: done.port },
      process: { pid: done.server.pid, comm: comms['comm-server'] },
      sent: { bytes: 7_654_321 },
      received: { bytes: 1_234_567 },
    });
  });

  it('flows is a line a side, which says who opened it', async () => {
    const lines = (await ask('flows', '--numeric', ...ofTraffic(), ...from())).trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    const [client, server] = [done.client, done.server].map(
      ({ pid }, i) => `${Object.values(comms)[i]}[${pid}]`,
    );
    expect(lines.join('\n')).toMatch(`${client} 127.0.0.1:`);
    expect(lines.find((line) => line.includes(client ?? ''))).toMatch(
      new RegExp(`-> 127\\.0\\.0\\.1:${done.port} +tcp closed +↑1234567 ↓7654321 `),
    );
    expect(lines.find((line) => line.includes(server ?? ''))).toMatch(
      new RegExp(`127\\.0\\.0\\.1:${done.port} +<- 127\\.0\\.0\\.1:\\d+ +tcp closed +↑7654321 ↓1234567 `),
    );
  });

  it('flows -f tells what happens, until it is interrupted', async () => {
    const before = await traffic('transfer');
    const port = ['--port', String(before.port), '--netns', netns];
    const run = start(['flows', '-f', '-o', 'json', ...port, '--last', '1', ...from()]);
    await until(() => run.stdout() !== '', 'the list');
    const { client } = await traffic('transfer', { port: before.port, sent: 100, received: 200 });
    const events = () => records(run.stdout()).slice(1) as (FlowRecord & { type?: string })[];
    await until(
      () => events().filter(({ type, id }) => type === 'flow.closed' && id).length >= 2,
      'both closes',
    );
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(130);
    const closed = events().filter(
      ({ type, process }) => type === 'flow.closed' && process?.pid === client.pid,
    );
    expect(closed).toMatchObject([{ role: 'client', sent: { bytes: 100 }, received: { bytes: 200 } }]);
  });

  it('map has one edge, exact to the byte, in every form', async () => {
    const map = (...options: string[]) => ask('map', ...options, ...ofTraffic(), ...from());
    const [source, target] = [comms['comm-client'], comms['comm-server']];
    expect(JSON.parse(await map('-o', 'json'))).toMatchObject({
      edges: [
        {
          source: `process:host/${source}`,
          target: `process:host/${target}`,
          ports: [done.port],
          connections: { active: 0, opened: 1, closed: 1, failed: {} },
          bytes: { forward: 1_234_567, backward: 7_654_321 },
        },
      ],
    });
    const [, line] = (await map()).split('\n');
    expect(line?.trim().split(/ +/).slice(0, 8)).toEqual([
      ...[source, '->', target, `${done.port}/tcp`],
      ...['0', '1', '1.2M', '7.7M'],
    ]);
    expect(await map('-o', 'dot')).toContain(`"process:host/${source}" -> "process:host/${target}" [label="`);
    expect(await map('-o', 'mermaid')).toMatch(
      new RegExp(`n0 -->\\|"${done.port}/tcp<br>↑1\\.2M ↓7\\.7M"\\| n1\n`),
    );
  });

  it('processes tells who did it and how it ended, top what they carried', async () => {
    const client = ['--pid', String(done.client.pid), '--all', ...from()];
    const processes = await ask('processes', '-o', 'json', ...client);
    expect(JSON.parse(processes)).toMatchObject({
      state: 'exited',
      exitCode: 0,
      args: expect.arrayContaining(['test/live/traffic.py']),
    });
    expect(await ask('processes', '-o', 'tree', ...client)).toMatch(/ 0 .*test\/live\/traffic\.py/);
    const top = ['top', '--batch', '-n', '1', '-d', '100ms', '--window', '1h', '--by', 'process'];
    const picture = await ask(...top, ...ofTraffic(), ...from());
    expect(picture).toMatch(/\n0 open, 2 opened and 0 failed in 1h00m /);
    for (const comm of Object.values(comms)) expect(picture).toContain(`\n${comm}[`);
  });

  it('status says that it works and that nothing was lost', async () => {
    const text = await ask('status', ...from());
    expect(text).toMatch(/^(system-probe|node-agent) \d/);
    expect(text).toMatch(/^ {2}(tcp|system-probe) +on /m);
    expect(text).toMatch(/^losses\n {2}none$/m);
  });

  it('status has no counter of losses without a meaning, nor a meaning without a counter', async () => {
    const { program, loss } = JSON.parse(await ask('status', '-o', 'json', ...from()));
    const meanings = program === 'node-agent' ? AGENT_LOSSES : PROBE_LOSSES;
    expect(Object.keys(loss).sort()).toEqual(Object.keys(meanings).sort());
  });
});

describe('sysprobe', () => {
  it('flows --failure has the connections that were refused, and map draws them', async () => {
    const { port } = await traffic('refused', { count: 3, 'comm-client': comms['comm-client'] });
    const filters = ['--port', String(port), '--netns', netns];
    await poll(async () => (await programs.agent.flows(`port=${port}&netns=${netns}`)).matched === 3);
    const from = ['--server', programs.agent.url];
    expect(
      records(await ask('flows', '--failure', 'refused', '-o', 'json', ...filters, ...from)),
    ).toHaveLength(3);
    const { edges } = JSON.parse(await ask('map', '-o', 'json', ...filters, ...from));
    expect(edges).toMatchObject([
      { target: `address:127.0.0.1@${netns}`, connections: { active: 0, opened: 0, failed: { refused: 3 } } },
    ]);
    expect(await ask('map', ...filters, ...from)).toMatch(/ refused 3$/m);
  });

  it('record keeps it all, and replay gives it back without the probe', async () => {
    const session = `${programs.probe.socket}.cborseq.gz`;
    const socket = `${programs.probe.socket}.replay`;
    const recorded = await sysprobe(['record', session, '--for', '100ms', '--socket', programs.probe.socket]);
    expect(recorded).toMatchObject({ code: 0, stdout: '' });
    const replay = start(['replay', session, '--socket', socket, '--speed', 'max', '--keep-times']);
    await until(() => replay.stderr().includes('played to the end'), 'the replay');
    for (const command of [
      ['flows', '--all', '-o', 'json'],
      ['map', '--group-by', 'process'],
    ]) {
      const live = await ask(...command, ...ofTraffic(), '--socket', programs.probe.socket);
      expect(await ask(...command, ...ofTraffic(), '--socket', socket)).toBe(live);
    }
    replay.child.kill('SIGINT');
    expect(await replay.ended).toBe(0);
  });

  it('check says that this machine can run the probe', async () => {
    expect(await ask('check')).toMatch(/^system-probe can run on this machine \(Linux \d.*\)\.$/m);
  });

  it('ends with 3 and says what to do when the program is not there', async () => {
    for (const from of [
      ['--socket', `${programs.probe.socket}.none`],
      ['--server', 'http://127.0.0.1:1'],
    ]) {
      const { code, stdout, stderr } = await sysprobe(['flows', ...from]);
      expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
      expect(stderr).toMatch(/^sysprobe: .*(system-probe|node-agent).*\n$/);
    }
  });
});
