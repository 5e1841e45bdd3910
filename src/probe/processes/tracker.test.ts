import { beforeEach, describe, expect, it } from 'vitest';
import type { Execution, Process, ProcessFacts } from './process.ts';
import { ProcessTracker } from './tracker.ts';

const TICK = 10_000_000;
const SECOND = 1e9;

const facts = (pid: number, startedNs: number, more: Partial<ProcessFacts> = {}): ProcessFacts => ({
  pid,
  startedNs,
  parentPid: 1,
  namespacePid: pid,
  uid: 0,
  comm: 'sh',
  netns: 4026531833,
  cgroupId: 1,
  ...more,
});
const execution = (exe: string): Execution => ({ exe, args: [exe], argsCut: false });
const ended = (atNs: number, code = 0, signal = 0) => ({ atNs, exit: { code, signal }, cpu: undefined });

let events: string[];
let tracker: ProcessTracker;

const makeTracker = (maxProcesses = 100) => {
  events = [];
  return new ProcessTracker({
    maxProcesses,
    sinceNs: SECOND,
    onEvent: (type, { pid, exe }: Process) => events.push(`${type} ${pid} ${exe}`),
  });
};

beforeEach(() => {
  tracker = makeTracker();
});

describe('what is told', () => {
  it('of a fork that soon executes is one start', () => {
    tracker.forked(facts(5, SECOND));
    tracker.settle(SECOND + 1);
    expect(events).toEqual([]);
    tracker.executed(facts(5, SECOND, { comm: 'ls' }), execution('/bin/ls'));
    tracker.settle(SECOND + 2);
    tracker.settle(9 * SECOND);
    expect(events).toEqual(['process.started 5 /bin/ls']);
  });

  it('of a fork that executes nothing is its start with what its parent executes', () => {
    tracker.executed(facts(5, SECOND), execution('/bin/sh'));
    tracker.forked(facts(6, SECOND, { parentPid: 5 }));
    tracker.settle(2 * SECOND);
    expect(events).toEqual(['process.started 5 /bin/sh', 'process.started 6 /bin/sh']);
  });

  it('of one that lives shorter than a look is its start and its end', () => {
    tracker.forked(facts(5, SECOND));
    tracker.executed(facts(5, SECOND), execution('/bin/ls'));
    tracker.exited(facts(5, SECOND), ended(SECOND + 5));
    tracker.settle(2 * SECOND);
    expect(events).toEqual(['process.started 5 /bin/ls', 'process.exited 5 /bin/ls']);
  });

  it('of a later execution is another start of the same life', () => {
    tracker.executed(facts(5, SECOND), execution('/bin/sh'));
    tracker.settle(SECOND);
    tracker.executed(facts(5, SECOND), execution('/bin/ls'));
    tracker.settle(SECOND);
    expect(events).toEqual(['process.started 5 /bin/sh', 'process.started 5 /bin/ls']);
    expect([...tracker]).toMatchObject([{ pid: 5, executions: 2 }]);
  });

  it('of one that the kernel starts begins with its execution', () => {
    tracker.executed(facts(5, 2 * SECOND), execution('/sbin/modprobe'), true);
    tracker.settle(2 * SECOND);
    expect(events).toEqual(['process.started 5 /sbin/modprobe']);
    expect(tracker.counters.startsUnseen).toBe(0);
  });

  it('of one that is older than the probe is its end alone', () => {
    tracker.adopt(facts(5, SECOND - TICK), execution('/bin/sh'), false);
    tracker.settle(2 * SECOND);
    // The kernel knows its start to the nanosecond.
    tracker.exited(facts(5, SECOND - 1), ended(9 * SECOND, 3));
    expect(events).toEqual(['process.exited 5 /bin/sh']);
    expect(tracker.counters).toMatchObject({ startsUnseen: 0, endsUnseen: 0 });
  });
});

it('a start that was lost is told when the process is found, and counted', () => {
  tracker.adopt(facts(5, 2 * SECOND), execution('/bin/sh'), true);
  tracker.settle(3 * SECOND);
  expect(events).toEqual(['process.started 5 /bin/sh']);
  expect(tracker.counters.startsUnseen).toBe(1);
});

describe('an end', () => {
  it('that two last threads tell of counts once', () => {
    tracker.executed(facts(5, SECOND), execution('/bin/ls'));
    expect(tracker.exited(facts(5, SECOND), ended(2 * SECOND, 3))?.exit).toEqual({ code: 3, signal: 0 });
    expect(tracker.exited(facts(5, SECOND), ended(2 * SECOND, 4))).toBeUndefined();
    expect(events).toHaveLength(2);
  });

  it('of a process whose start was lost is told, and the start is counted', () => {
    tracker.exited(facts(5, SECOND), ended(2 * SECOND, 3));
    expect(events).toEqual(['process.exited 5 undefined']);
    expect(tracker.counters).toMatchObject({ startsUnseen: 1, living: 0, ended: 1 });
  });

  it('of a process that is older than the probe, and was gone when it looked, is told', () => {
    tracker.exited(facts(5, SECOND - 1), ended(2 * SECOND, 3));
    expect(events).toEqual(['process.exited 5 undefined']);
    expect(tracker.counters.startsUnseen).toBe(0);
  });

  it('that was lost is noticed when the pid is given anew', () => {
    tracker.executed(facts(5, SECOND), execution('/bin/ls'));
    tracker.forked(facts(5, 3 * SECOND));
    expect(tracker.counters).toMatchObject({ endsUnseen: 1, living: 1 });
    expect([...tracker][1]).toMatchObject({ exitedNs: 3 * SECOND, exit: undefined });
  });

  it('that was lost is noticed by who looks', () => {
    tracker.executed(facts(5, SECOND), execution('/bin/ls'));
    const [process] = tracker.living();
    tracker.vanished(process as Process, 4 * SECOND);
    tracker.vanished(process as Process, 5 * SECOND);
    expect(events).toEqual(['process.started 5 /bin/ls', 'process.exited 5 /bin/ls']);
    expect(tracker.counters.endsUnseen).toBe(1);
  });
});

describe('a kill for want of memory', () => {
  const kill = { pid: 5, startedNs: SECOND, rssBytes: 4096, atNs: 2 * SECOND };

  it('is told with the memory, and the end is one by it', () => {
    tracker.executed(facts(5, SECOND), execution('/bin/ls'));
    tracker.oomKilled(kill);
    const process = tracker.exited(facts(5, SECOND), ended(3 * SECOND, 0, 9));
    expect(process).toMatchObject({ oomKilled: true, usage: { memory: { rssBytes: 4096 } } });
    expect(events).toEqual(['process.started 5 /bin/ls', 'oom 5 /bin/ls', 'process.exited 5 /bin/ls']);
  });

  it('is none of a process that ended by itself', () => {
    tracker.executed(facts(5, SECOND), execution('/bin/ls'));
    tracker.oomKilled(kill);
    expect(tracker.exited(facts(5, SECOND), ended(3 * SECOND, 1))?.oomKilled).toBe(false);
  });

  it('is none of a later process with the pid', () => {
    tracker.executed(facts(5, 5 * SECOND), execution('/bin/ls'));
    tracker.oomKilled(kill);
    expect(events).toEqual([]);
  });
});

describe('a process is found', () => {
  it('by its pid at a time, also when the pid was given anew', () => {
    tracker.executed(facts(5, SECOND), execution('/bin/old'));
    tracker.exited(facts(5, SECOND), ended(2 * SECOND));
    expect(tracker.find(5)?.exe).toBe('/bin/old');
    tracker.executed(facts(5, 4 * SECOND), execution('/bin/new'));
    expect(tracker.find(5)?.exe).toBe('/bin/new');
    expect(tracker.find(5, 3 * SECOND)?.exe).toBe('/bin/old');
    expect(tracker.find(5, SECOND - 1)).toBeUndefined();
    expect(tracker.find(6)).toBeUndefined();
  });
});

it('is bounded: the oldest make room and are counted', () => {
  tracker = makeTracker(4);
  for (let pid = 1; pid <= 10; pid++) tracker.executed(facts(pid, SECOND), execution('/bin/ls'));
  expect(tracker.counters).toMatchObject({ living: 4, livingEvicted: 6 });
  for (let pid = 1; pid <= 10; pid++) tracker.exited(facts(pid, SECOND), ended(2 * SECOND));
  expect(tracker.counters).toMatchObject({ living: 0, ended: 4, endedEvicted: 6 });
  expect([...tracker]).toHaveLength(4);
});
