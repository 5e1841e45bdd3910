import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MessageReader } from '../../src/wire/cbor.ts';
import { parseCursor } from '../../src/wire/cursor.ts';
import { FLOW_FIELD_NAMES } from '../../src/wire/rows.ts';
import type { Status } from '../../src/wire/status.ts';
import { type BothPrograms, type RunningAgent, startBoth } from './agent.ts';
import { churn, EVENTS_PER_CONNECTION } from './churn.ts';
import { exitOf, type FlowEvent, poll, type RunningProbe } from './probe.ts';
import { traffic } from './traffic.ts';

const REPLAY_EVENTS = 65_536;
/** Two events for each side of them fit the replay buffer. */
const CONNECTIONS_AT_ONCE = 15_000;
const ID = FLOW_FIELD_NAMES.indexOf('id');

let programs: BothPrograms;
const stops: (() => unknown)[] = [];

beforeEach(async () => {
  programs = await startBoth(['--replay-events', String(REPLAY_EVENTS)]);
});

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  await programs.stop();
});

interface Curl {
  child: ChildProcess;
  read(): Buffer;
}

/** A curl that writes what it gets to a file, so that nothing but a signal makes it slow. */
function curl(...args: string[]): Curl {
  const folder = mkdtempSync(join(tmpdir(), 'sysprobe-curl-'));
  const file = join(folder, 'answer');
  const child = spawn('curl', ['--silent', '--no-buffer', '--output', file, ...args], { stdio: 'ignore' });
  const ended = exitOf(child);
  stops.push(async () => {
    child.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true });
  });
  return { child, read: () => readFileSync(file) };
}

/** What a reader was given, by the numbers of the events, and what it was told that it lost. */
interface Account {
  ids: Map<number, string>;
  lost: number;
  first: number;
  last: number;
}

function seqOf(cursor: string): number {
  return parseCursor(cursor)?.seq ?? Number.NaN;
}

/** Fails where the cursors do not say what became of an event. */
function accountOf(steps: Iterable<{ cursor: string; ids?: string[]; lost?: number }>): Account {
  const account: Account = { ids: new Map(), lost: 0, first: 0, last: 0 };
  for (const { cursor, ids = [], lost = 0 } of steps) {
    const start = seqOf(cursor) - ids.length - lost;
    if (account.first === 0) account.first = start + 1;
    else expect(start, `before ${cursor}`).toBe(account.last);
    for (const [i, id] of ids.entries()) account.ids.set(start + 1 + i, id);
    account.lost += lost;
    account.last = seqOf(cursor);
  }
  return account;
}

function* cborSteps(answer: Buffer) {
  for (const message of new MessageReader().push(answer)) {
    if (message.type === 'lost') yield message;
    if (message.type !== 'events') continue;
    yield { cursor: message.cursor, ids: message.events.map(([, row]) => String(row[ID])) };
  }
}

function* jsonSteps(answer: Buffer) {
  for (const line of answer.toString().split('\n').slice(0, -1)) {
    const event: FlowEvent = JSON.parse(line);
    yield event.type === 'lost' ? event : { cursor: event.cursor, ids: [event.id] };
  }
}

/** Waits until the agent, and so everybody before it, has this connection. */
async function caughtUp(agent: RunningAgent): Promise<void> {
  const { port, client } = await traffic('transfer');
  await poll(
    async () => (await agent.flows(`port=${port}&pid=${client.pid}&state=closed`)).matched === 1,
    60_000,
  );
}

async function nobodyLags(server: RunningProbe | RunningAgent, readers: number): Promise<Status['readers']> {
  let seen: Status['readers'] = [];
  await poll(async () => {
    seen = ((await server.status()) as Status).readers;
    return seen.length === readers && seen.every(({ lag }) => lag === 0);
  }, 60_000);
  return seen;
}

/** What a curl was given up to an event that the server has sent it; the file is written after that. */
async function accountUpTo(seq: number, read: () => Account): Promise<Account> {
  let account = read();
  await poll(() => {
    account = read();
    return account.last >= seq;
  }, 60_000);
  return account;
}

describe('a reader that stops reading', () => {
  it('of the probe is told exactly how many events it missed, while the others miss none', async () => {
    const connections = 6 * CONNECTIONS_AT_ONCE;
    const { probe, agent } = programs;
    const { cursor } = (await probe.get('/v1/flows?last=1')) as { cursor: string };
    const url = `http://localhost/v1/events?follow=true&after=${cursor}`;
    const form = 'accept: application/cbor-seq';
    const [slow, fast] = [0, 1].map(() => curl('--unix-socket', probe.socket, '-H', form, url)) as [
      Curl,
      Curl,
    ];
    await nobodyLags(probe, 3);
    await caughtUp(agent);

    slow.child.kill('SIGSTOP');
    for (let done = 0; done < connections; done += CONNECTIONS_AT_ONCE) {
      await churn(CONNECTIONS_AT_ONCE);
      await caughtUp(agent);
    }
    slow.child.kill('SIGCONT');
    const readers = await nobodyLags(probe, 3);

    const sent = Math.min(...readers.map(({ position }) => position));
    const whole = await accountUpTo(sent, () => accountOf(cborSteps(fast.read())));
    expect(whole.lost).toBe(0);
    expect(whole.ids.size).toBeGreaterThan(connections * EVENTS_PER_CONNECTION);
    const partial = await accountUpTo(whole.last, () => accountOf(cborSteps(slow.read())));
    expect(partial.lost).toBeGreaterThan(0);
    // The slow one was read last, so it may have gone further.
    for (const seq of partial.ids.keys()) if (seq > whole.last) partial.ids.delete(seq);
    expect(partial.first).toBe(whole.first);
    expect(partial.ids.size + partial.lost).toBe(whole.ids.size);
    expect([...partial.ids].filter(([seq, id]) => whole.ids.get(seq) !== id)).toEqual([]);
    expect(readers.map(({ lost }) => lost).sort()).toEqual([0, 0, partial.lost].sort());
    expect((await agent.status()).probe).toMatchObject({ connected: true, reconnects: 0, lost: 0 });
  }, 240_000);

  it('of the agent is told exactly how many events it missed, while the page goes on', async () => {
    const connections = CONNECTIONS_AT_ONCE;
    const { agent } = programs;
    const slow = curl(`${agent.url}/api/v1/flows?follow=true`);
    await nobodyLags(agent, 1);
    await caughtUp(agent);

    slow.child.kill('SIGSTOP');
    await churn(connections);
    await caughtUp(agent);
    expect((await agent.map('group=process')).nodes).not.toEqual([]);
    slow.child.kill('SIGCONT');
    const [reader] = await nobodyLags(agent, 1);

    const { ids, lost, first, last } = await accountUpTo(reader?.position ?? 0, () =>
      accountOf(jsonSteps(slow.read())),
    );
    expect(lost).toBeGreaterThan(0);
    expect(ids.size + lost).toBe(last - first + 1);
    expect(last - first + 1).toBeGreaterThan(connections * EVENTS_PER_CONNECTION);
    expect(reader).toMatchObject({ lost });
    expect((await agent.status()).probe).toMatchObject({ reconnects: 0, lost: 0 });
  }, 120_000);
});
