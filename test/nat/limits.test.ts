import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { FlowRecord } from '../../src/probe/events.gen.ts';
import { Translator, type TranslatorOptions } from '../../src/probe/nat/translator.ts';
import { type Conntrack, loadNative } from '../../src/probe/native.ts';
import { fill, flush, numbered } from './raw-conntrack.ts';
import { recordOf } from './records.ts';

const native = loadNative();
const name = `sp-nat-limits-${process.pid}`;
const netns = `/run/netns/${name}`;
const open: Translator[] = [];
let conntrack: Conntrack;
let nowMs = 0;

beforeAll(() => {
  execFileSync('ip', ['netns', 'add', name]);
  conntrack = new native.Conntrack(netns);
});

afterAll(() => {
  conntrack.close();
  execFileSync('ip', ['netns', 'delete', name]);
});

beforeEach(() => {
  nowMs = 1_000_000;
  flush(conntrack);
});

afterEach(() => {
  for (const translator of open.splice(0)) translator.close();
});

/** In the node's namespace, on a clock that stands still. */
function makeTranslator(options: Partial<TranslatorOptions> = {}): Translator {
  const translator = new Translator({ native, netns, now: () => nowMs, ...options });
  open.push(translator);
  return translator;
}

/** The client's side of a connection that fill() made. */
function clientOf(number: number): FlowRecord {
  const { client, service } = numbered(number);
  return recordOf({ ends: { source: client, dest: service }, netns: 1, protocol: 'udp' });
}

function clients(first: number, count: number): FlowRecord[] {
  return Array.from({ length: count }, (_, index) => clientOf(first + index));
}

function resolve(translator: Translator, records: FlowRecord[]): number {
  for (const record of records) translator.enqueue(record);
  translator.resolve();
  return records.filter((record) => translator.translation(record) !== undefined).length;
}

test('every one of many connections gets its own answer', () => {
  fill(conntrack, 0, 1000);
  const translator = makeTranslator();
  const records = clients(0, 1000);
  expect(resolve(translator, records)).toBe(1000);
  for (const record of records) {
    expect(translator.translation(record)).toEqual({ dest: { ip: '10.3.0.1', port: 5353 } });
  }
  expect(translator.counters()).toMatchObject({ lookups: 1000, hits: 1000, translated: 1000, misses: 0 });
});

test('one lookup does for both sides of a connection, whichever came first', () => {
  fill(conntrack, 0, 200);
  const translator = makeTranslator();
  const servers = Array.from({ length: 200 }, (_, number) => {
    const { client, backend } = numbered(number);
    return recordOf({ ends: { source: backend, dest: client }, netns: 2, protocol: 'udp', role: 'server' });
  });
  const records = [...servers.slice(100), ...clients(0, 200), ...servers.slice(0, 100)];
  expect(resolve(translator, records)).toBe(400);
  for (const record of servers) {
    expect(translator.translation(record)).toEqual({ source: { ip: '10.2.0.1', port: 53 } });
  }
  expect(translator.counters()).toMatchObject({ lookups: 200, hits: 200, shared: 200, translated: 400 });
});

describe('an empty table', () => {
  test('is not asked for connections', () => {
    const translator = makeTranslator();
    expect(resolve(translator, clients(0, 100))).toBe(0);
    expect(translator.counters()).toMatchObject({ lookups: 0, misses: 0, errors: 0 });
  });

  test('is asked as soon as it has one', () => {
    const translator = makeTranslator();
    expect(resolve(translator, clients(0, 1))).toBe(0);
    fill(conntrack, 5, 1);
    expect(resolve(translator, clients(5, 1))).toBe(1);
  });

  test('is noticed again', () => {
    fill(conntrack, 0, 1);
    const translator = makeTranslator();
    expect(resolve(translator, clients(0, 1))).toBe(1);
    flush(conntrack);
    for (let number = 1; number <= 5; number++) expect(resolve(translator, clients(number, 1))).toBe(0);
    expect(translator.counters()).toMatchObject({ lookups: 2, hits: 1, misses: 1 });
  });
});

describe('connections that the table does not have', () => {
  test('are missed among others, and remembered as such', () => {
    fill(conntrack, 0, 10);
    const translator = makeTranslator();
    const records = clients(0, 50);
    expect(resolve(translator, records)).toBe(10);
    expect(resolve(translator, records)).toBe(10);
    expect(translator.counters()).toMatchObject({
      lookups: 50,
      hits: 10,
      misses: 40,
      errors: 0,
      answers: 50,
    });
  });

  test('are asked for again when the answer is old', () => {
    fill(conntrack, 0, 1);
    const translator = makeTranslator();
    const [known, late] = [clientOf(0), clientOf(7)];
    expect(resolve(translator, [known, late])).toBe(1);
    fill(conntrack, 7, 1);
    expect(resolve(translator, [late])).toBe(0);
    nowMs += 10_000;
    translator.resolve();
    expect(translator.counters().answers).toBe(0);
    expect(resolve(translator, [late])).toBe(1);
  });
});

describe('connections that cannot pass the NAT of the node', () => {
  const ends = (source: string, dest: string, ports = { from: 1025, to: 53 }) => ({
    source: { ip: source, port: ports.from },
    dest: { ip: dest, port: ports.to },
  });

  test.each([
    ['to loopback', ends('127.0.0.1', '127.0.0.1')],
    ['to loopback, IPv6', ends('::1', '::1')],
    ['to its own address', ends('10.16.0.1', '10.16.0.1')],
    ['to its own address, IPv6', ends('fd00::1', 'fd00::1')],
    ['without a port', ends('10.16.0.1', '10.2.0.1', { from: 0, to: 53 })],
  ])('%s are not looked up', (_, between) => {
    fill(conntrack, 0, 1);
    const translator = makeTranslator();
    resolve(translator, [recordOf({ ends: between, netns: 1 })]);
    expect(translator.counters().lookups).toBe(0);
  });

  test("are looked up in the node's own namespace, where they may", () => {
    fill(conntrack, 0, 1);
    const translator = makeTranslator();
    const node = statSync(netns).ino;
    resolve(translator, [
      recordOf({ ends: ends('127.0.0.1', '127.0.0.1'), netns: node }),
      recordOf({ ends: ends('10.16.0.1', '10.16.0.1'), netns: node }),
    ]);
    expect(translator.counters()).toMatchObject({ lookups: 2, misses: 2 });
  });

  test('are not looked up when both sides came together', () => {
    fill(conntrack, 0, 1);
    const translator = makeTranslator();
    const { source, dest } = ends('10.16.0.1', '10.16.0.2');
    resolve(translator, [
      recordOf({ ends: { source, dest }, netns: 1 }),
      recordOf({ ends: { source: dest, dest: source }, netns: 2 }),
    ]);
    expect(translator.counters()).toMatchObject({ lookups: 0, paired: 2 });
  });
});

describe('bounds', () => {
  test('what is beyond the rate is left out and counted, until a second earned it', () => {
    fill(conntrack, 0, 100);
    const translator = makeTranslator({ maxLookupsPerSecond: 20 });
    expect(resolve(translator, clients(0, 30))).toBe(20);
    expect(translator.counters()).toMatchObject({ lookups: 20, rateLimited: 10 });
    nowMs += 500;
    expect(resolve(translator, clients(30, 30))).toBe(10);
    expect(translator.counters()).toMatchObject({ lookups: 30, rateLimited: 30 });
  });

  test('what does not fit the queue is counted', () => {
    fill(conntrack, 0, 100);
    const translator = makeTranslator({ maxWaiting: 40 });
    expect(resolve(translator, clients(0, 50))).toBe(40);
    expect(translator.counters()).toMatchObject({ lookups: 40, dropped: 10 });
  });

  test('the oldest answers go', () => {
    fill(conntrack, 0, 100);
    const translator = makeTranslator({ maxAnswers: 20 });
    const records = clients(0, 100);
    resolve(translator, records);
    const { answers = 0, answersEvicted = 0, maxAnswers } = translator.counters();
    expect([answers + answersEvicted, maxAnswers]).toEqual([100, 20]);
    expect(answers).toBeLessThanOrEqual(20);
    expect(records.slice(-10).every((record) => translator.translation(record))).toBe(true);
  });
});

test('a full table is a state with its cure, and lookups go on', () => {
  const translator = makeTranslator();
  const entries = Number(readFileSync('/proc/sys/net/netfilter/nf_conntrack_max', 'utf8'));
  expect(fill(conntrack, 0, entries + 100)).toBe(entries);
  expect(translator.status()).toEqual({
    state: 'degraded',
    reason: expect.stringContaining(`is full (${entries} entries)`),
  });
  expect(resolve(translator, clients(entries - 10, 20))).toBe(10);
  flush(conntrack);
  expect(translator.status()).toEqual({ state: 'on' });
});

test("without the node's namespace the probe's own is used, and the state says so", () => {
  const translator = makeTranslator({ netns: '/run/netns/none-such' });
  expect(translator.status()).toEqual({
    state: 'degraded',
    reason: expect.stringMatching(/none-such.*ENOENT.*only NAT of the probe's own network namespace is seen/),
  });
  expect(resolve(translator, clients(0, 10))).toBe(0);
});

test('closed, it is off and does nothing', () => {
  fill(conntrack, 0, 10);
  const translator = makeTranslator();
  translator.close();
  expect(resolve(translator, clients(0, 10))).toBe(0);
  nowMs += 1_000_000;
  expect(resolve(translator, clients(0, 10))).toBe(0);
  expect(translator.status()).toEqual({ state: 'off', reason: 'stopped' });
  expect(translator.counters()).toMatchObject({ lookups: 0, errors: 0 });
});
