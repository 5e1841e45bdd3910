import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { MessageReader } from '../../src/wire/cbor.ts';
import type { FlowRecord } from '../../src/wire/flow.ts';
import { buildPrograms, makeFolder, type Run, serve, start, type TestServer, until } from './harness.ts';
import { RECORDS } from './records.ts';

const folder = makeFolder();
const [FLOW] = RECORDS as [FlowRecord];
const running: Run[] = [];
let server: TestServer;
let socket: string;
let count = 0;

beforeAll(buildPrograms);
beforeEach(async () => {
  socket = join(folder.path, `${count++}.sock`);
  server = await serve({ socket, flows: [...RECORDS], maxEvents: 1000 });
});
afterEach(async () => {
  for (const { child } of running.splice(0)) child.kill('SIGKILL');
  await server.close();
});
afterAll(() => folder.dispose());

/** Started, and following: what is told from now on has to come. */
async function follow(...args: string[]): Promise<Run> {
  const run = start(['flows', '--socket', socket, '-f', ...args]);
  running.push(run);
  await until(() => server.events.readers.size > 0, 'the stream');
  return run;
}

function messages(
  run: Run,
): { type?: string; id?: string; cursor?: string; lost?: number; reason?: string }[] {
  const lines = run.stdout().split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line));
}

test('what happens comes as it happens, each by its name', async () => {
  const run = await follow('--utc');
  server.tell('flow.opened', { ...FLOW, state: 'established' });
  server.tell('flow.updated', { ...FLOW, state: 'established' });
  server.tell('flow.closed', FLOW);
  server.tell('flow.closed', { ...FLOW, failure: 'reset' });
  await until(() => run.stdout().split('\n').length > 4, 'four lines');
  expect(run.stdout().match(/tcp \w+/g)).toEqual(['tcp opened', 'tcp updated', 'tcp closed', 'tcp reset']);
});

test('json lines say what happened and where to go on', async () => {
  const run = await follow('-o', 'json');
  server.tell('flow.closed', FLOW);
  await until(() => messages(run).length > 0, 'a line');
  expect(messages(run)).toEqual([{ type: 'flow.closed', cursor: 'r1.1', ...FLOW }]);
});

test('the filters hold for the stream too', async () => {
  const run = await follow('-o', 'json', '--state', 'closed', '--not', '--protocol', 'udp');
  server.tell('flow.opened', { ...FLOW, state: 'established', id: 'open' });
  server.tell('flow.closed', { ...FLOW, protocol: 'udp', id: 'udp' });
  server.tell('flow.closed', { ...FLOW, id: 'wanted' });
  await until(() => messages(run).length > 0, 'a line');
  expect(messages(run).map(({ id }) => id)).toEqual(['wanted']);
});

test('a list may come first', async () => {
  const run = await follow('-o', 'json', '--last', '2');
  server.tell('flow.closed', { ...FLOW, id: 'new' });
  await until(() => messages(run).length > 2, 'three lines');
  expect(messages(run).map(({ id }) => id)).toEqual(['1a.3', '1a.4', 'new']);
});

test('cbor goes through as it is', async () => {
  const run = await follow('-o', 'cbor');
  server.tell('flow.closed', FLOW);
  const types = () => new MessageReader().push(run.bytes()).map(({ type }) => type);
  await until(() => types().includes('events'), 'an event');
  expect(types()).toEqual(['hello', 'end', 'hello', 'events']);
});

test('an interrupt ends it with 130 and no word', async () => {
  const run = await follow();
  run.child.kill('SIGINT');
  expect(await run.ended).toBe(130);
  expect(run.stderr()).toBe('');
});

test('a connection that breaks is taken up where it was', async () => {
  const run = await follow('-o', 'json');
  server.tell('flow.closed', { ...FLOW, id: 'before' });
  await until(() => messages(run).length === 1, 'the first');
  await server.close();
  const { events } = server;
  server = await serve({ socket, events });
  server.tell('flow.closed', { ...FLOW, id: 'behind' });
  await until(() => messages(run).length === 2, 'the second');
  expect(messages(run).map(({ id }) => id)).toEqual(['before', 'behind']);
  expect(run.stderr()).toBe(
    `sysprobe: lost the connection to ${socket}; waiting for it to come back\nsysprobe: connected again\n`,
  );
});

test('a probe that was started anew is told from one that came back', async () => {
  const run = await follow('-o', 'json');
  server.tell('flow.closed', { ...FLOW, id: 'before' });
  await until(() => messages(run).length === 1, 'the first');
  await server.close();
  server = await serve({ socket, run: 'r2' });
  await until(() => server.events.readers.size > 0, 'the stream');
  server.tell('flow.closed', { ...FLOW, id: 'after' });
  await until(() => messages(run).length === 3, 'loss and event');
  expect(messages(run)).toMatchObject([
    { id: 'before' },
    { type: 'lost', reason: 'restarted' },
    { id: 'after' },
  ]);
  expect(run.stderr()).toContain('system-probe was started anew');
});

test('with --no-reconnect it ends with the stream', async () => {
  const run = await follow('--no-reconnect');
  await server.close();
  expect(await run.ended).toBe(3);
  expect(run.stderr()).toBe(`sysprobe: ${socket}: the stream ended\n`);
});

test('events that came faster than they were read are counted to the last', async () => {
  const run = await follow('-o', 'json');
  run.child.kill('SIGSTOP');
  const total = 20_000;
  for (let i = 0; i < total; i++) {
    server.tell('flow.closed', { ...FLOW, id: `${i}` });
    // Lets the server send what the socket takes.
    if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  run.child.kill('SIGCONT');
  await until(() => messages(run).at(-1)?.cursor === `r1.${total}`, 'the end');
  const lost = messages(run).filter(({ type }) => type === 'lost');
  const seen = messages(run).length - lost.length;
  expect(lost.length).toBeGreaterThan(0);
  expect(seen + lost.reduce((sum, message) => sum + (message.lost ?? 0), 0)).toBe(total);
  expect(run.stderr()).toMatch(/^sysprobe: \d+ events lost: they came faster than they were read\n/);
});
