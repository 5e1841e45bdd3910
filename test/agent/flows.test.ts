import { connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import type { FlowRecord } from '../../src/wire/flow.ts';
import {
  closed,
  localConnection,
  openStream,
  readLines,
  runAgent,
  socketPath,
  TestProbe,
  until,
} from './harness.ts';

interface List {
  flows: FlowRecord[];
  matched: number;
  cursor: string;
  next?: string;
}

/** The page behind a list. */
function linked({ headers, url }: Response): URL | undefined {
  const link = /^<([^>]+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
  return link === undefined ? undefined : new URL(link, url);
}

async function probeAndAgent(options: Parameters<typeof runAgent>[1] = {}) {
  const socket = socketPath();
  const probe = await new TestProbe(socket).start();
  const agent = await runAgent(socket, options);
  await until(
    () => agent.status(),
    (status) => status.probe.connected,
  );
  const seen = (events: number) =>
    until(
      () => agent.status(),
      (status) => status.probe.events >= events,
    );
  return { probe, agent, seen };
}

it('lists the newest flows with all that is known of them', async () => {
  const { probe, agent, seen } = await probeAndAgent();
  const flows = Array.from({ length: 5 }, (_, i) => {
    const lastSeenAt = `2026-03-01T12:00:0${i}.000000000Z`;
    return { ...localConnection(`c${i}`).client, lastSeenAt };
  });
  probe.tell('flow.opened', ...flows);
  await seen(5);
  const list = await agent.json<List>('/api/v1/flows?last=2');
  expect(list).toMatchObject({ flows: flows.slice(3), matched: 5 });
  expect((await agent.json<List>('/api/v1/flows?first=1')).flows).toEqual(flows.slice(0, 1));
  expect((await agent.json<List>('/api/v1/flows?last=0')).flows).toEqual([]);
});

it('lists in pages, on or back, each behind the one before it', async () => {
  const { probe, agent, seen } = await probeAndAgent();
  const flows = Array.from({ length: 7 }, (_, i) => {
    const lastSeenAt = `2026-03-01T12:00:0${i}.000000000Z`;
    return { ...localConnection(`c${i}`).client, lastSeenAt };
  });
  probe.tell('flow.opened', ...flows);
  await seen(7);
  const pages = async (limit: string) => {
    const all: string[][] = [];
    let after = '';
    do {
      const { flows: page, matched, next } = await agent.json<List>(`/api/v1/flows?${limit}${after}`);
      expect(matched).toBe(7);
      all.push(page.map(({ id }) => id.slice(0, 2)));
      after = next === undefined ? '' : `&after=${encodeURIComponent(next)}`;
    } while (after !== '');
    return all;
  };
  expect(await pages('last=3')).toEqual([['c4', 'c5', 'c6'], ['c1', 'c2', 'c3'], ['c0']]);
  expect(await pages('first=4')).toEqual([
    ['c0', 'c1', 'c2', 'c3'],
    ['c4', 'c5', 'c6'],
  ]);
  const answer = await fetch(`${agent.url}/api/v1/flows?last=3`);
  const { next } = (await answer.json()) as List;
  expect(linked(answer)?.searchParams.get('after')).toBe(next);
  probe.tell('flow.opened', localConnection('newer').client);
  await seen(8);
  const { flows: older } = await agent.json<List>(`/api/v1/flows?last=1&after=${next}`);
  expect(older.map(({ id }) => id)).toEqual(['c3-client']);
});

it('links to the page behind a list of a record a line', async () => {
  const { probe, agent, seen } = await probeAndAgent();
  const flows = Array.from({ length: 5 }, (_, i) => localConnection(`c${i}`)).flatMap((sides) => [
    sides.client,
    sides.server,
  ]);
  probe.tell('flow.opened', ...flows);
  await seen(10);
  const ids: string[] = [];
  let url: URL | undefined = new URL(`${agent.url}/api/v1/flows?not=true&comm=nginx&last=2`);
  while (url !== undefined) {
    const answer: Response = await fetch(url, { headers: { accept: 'application/x-ndjson' } });
    const lines = (await answer.text()).trimEnd().split('\n');
    ids.unshift(...lines.map((line) => (JSON.parse(line) as FlowRecord).id));
    url = linked(answer);
  }
  expect(ids).toEqual(['c0', 'c1', 'c2', 'c3', 'c4'].map((id) => `${id}-client`));
  const all = await fetch(`${agent.url}/api/v1/flows`, { headers: { accept: 'application/x-ndjson' } });
  expect(all.headers.get('link')).toBeNull();
});

it('refuses a page of a stream, and a stream of a page', async () => {
  const { agent } = await probeAndAgent();
  const { cursor } = await agent.json<List>('/api/v1/flows');
  for (const query of [`after=${cursor}`, 'after=page:x', 'follow=true&after=page:W10']) {
    const answer = await fetch(`${agent.url}/api/v1/flows?${query}`);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: { parameter: 'after' } });
  }
});

it('filters as the probe does', async () => {
  const { probe, agent, seen } = await probeAndAgent();
  const { client, server } = localConnection('c');
  probe.tell('flow.opened', client, server);
  await seen(2);
  const ids = async (query: string) =>
    (await agent.json<List>(`/api/v1/flows?${query}`)).flows.map(({ id }) => id);
  expect(await ids('comm=nginx')).toEqual(['c-server']);
  expect(await ids('direction=outgoing')).toEqual(['c-client']);
  expect(await ids('not=true&to-port=80')).toEqual([]);
  expect(await ids('from-ip=10.0.0.0/24&state=active&since=1h')).toHaveLength(2);
});

it('lists as lines', async () => {
  const { probe, agent, seen } = await probeAndAgent();
  const { client, server } = localConnection('c');
  probe.tell('flow.opened', client, server);
  await seen(2);
  const answer = await fetch(`${agent.url}/api/v1/flows`, { headers: { accept: 'application/x-ndjson' } });
  const lines = (await answer.text()).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).id)).toEqual(['c-client', 'c-server']);
});

it('follows from the end of a list', async () => {
  const { probe, agent, seen } = await probeAndAgent();
  const { client } = localConnection('c');
  probe.tell('flow.opened', client);
  await seen(1);
  const { cursor } = await agent.json<List>('/api/v1/flows');
  const last = closed({ ...client, sent: { bytes: 9, packets: 1 } });
  probe.tell('flow.updated', { ...client, sent: { bytes: 5, packets: 1 } });
  probe.tell('flow.closed', last);
  await seen(3);

  const path = `/api/v1/flows?follow=true&after=${cursor}&comm=curl`;
  const stream = readLines(await openStream(agent, path, 'application/x-ndjson'));
  expect((await stream.next()).value).toMatchObject({ type: 'flow.updated', sent: { bytes: 5 } });
  const { value } = await stream.next();
  expect(value).toEqual({ type: 'flow.closed', cursor: expect.stringMatching(/\.3$/), ...last });
});

it('tells a follower exactly how many changes it came too late for', async () => {
  const { probe, agent, seen } = await probeAndAgent({ limits: { feedEvents: 16 } });
  const { cursor } = await agent.json<List>('/api/v1/flows');
  for (let n = 0; n < 50; n++) probe.tell('flow.opened', localConnection(`c${n}`).client);
  await seen(50);
  const stream = readLines(await openStream(agent, `/api/v1/flows?follow=true&after=${cursor}`, '*/*'));
  expect((await stream.next()).value).toMatchObject({ type: 'lost', lost: 34, reason: 'overflow' });
  expect((await stream.next()).value).toMatchObject({ type: 'flow.opened', id: 'c34-client' });
});

it('tells a follower of an earlier run of the agent that it cannot be continued', async () => {
  const { agent } = await probeAndAgent();
  const stream = readLines(await openStream(agent, '/api/v1/flows?follow=true&after=other.7', '*/*'));
  expect((await stream.next()).value).toMatchObject({ type: 'lost', reason: 'restarted' });
});

it('brings a burst of changes to a follower that keeps up', async () => {
  const { probe, agent } = await probeAndAgent();
  const stream = await openStream(agent, '/api/v1/flows?follow=true', 'application/x-ndjson');
  const flows = Array.from({ length: 15_000 }, (_, i) => closed(localConnection(`c${i}`).client));
  probe.tell('flow.closed', ...flows);
  const ids = new Set<unknown>();
  for await (const event of readLines(stream)) {
    if (event.type !== 'flow.closed') throw new Error(JSON.stringify(event));
    ids.add(event.id);
    if (ids.size === flows.length) break;
  }
});

it('disconnects a client that asks for much and reads nothing', async () => {
  const { probe, agent, seen } = await probeAndAgent({ limits: { patienceMs: 100 } });
  probe.tell(
    'flow.closed',
    ...Array.from({ length: 15_000 }, (_, i) => closed(localConnection(`c${i}`).client)),
  );
  await seen(15_000);
  const { port, hostname } = new URL(agent.url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => {
    socket.destroy();
  });
  socket.pause();
  socket.write('GET /api/v1/flows?all=true HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await until(
    () => agent.status(),
    ({ streams }) => streams.open === 1,
  );
  await until(
    () => agent.status(),
    ({ streams }) => streams.open === 0,
  );
  expect((await agent.json<List>('/api/v1/flows?last=1')).matched).toBe(15_000);
});
