import { beforeEach, describe, expect, it } from 'vitest';
import type { ContainerInfo } from '../runtimes/runtime.ts';
import type { Container } from './container.ts';
import { ContainerTracker } from './tracker.ts';

const ID = 'c0de'.repeat(16);
const PATH = `/libpod_parent/libpod-${ID}`;
const CGROUP = 7;
const OK = { code: 0, signal: 0, oomKilled: false };

let found: Container[];
let events: string[];
let tracker: ContainerTracker;

function makeTracker({ maxContainers = 16, seesProcesses = true } = {}): ContainerTracker {
  return new ContainerTracker({
    maxContainers,
    seesProcesses,
    onFound: (container) => found.push(container),
    onEvent: (type, { identity, exit }) =>
      events.push(`${type} ${identity.id.slice(0, 4)}${exit === undefined ? '' : ` ${exit.code}`}`),
  });
}

beforeEach(() => {
  found = [];
  events = [];
  tracker = makeTracker();
});

const named = (name: string, restarts?: number): ContainerInfo => ({
  kind: 'container',
  labels: {},
  name,
  ...(restarts !== undefined && { restarts }),
});

const process = (pid: number, atNs: number, more = {}) => ({
  pid,
  namespacePid: 1,
  comm: 'app',
  cgroupId: CGROUP,
  atNs,
  ...more,
});

/** A whole life of one container; gives it. */
function live(code: number, { cgroup = CGROUP, at = 1000, name = 'web', path = PATH } = {}): Container {
  tracker.made(cgroup, path, at);
  const container = found.at(-1) as Container;
  tracker.settled(container, named(name));
  tracker.executed(process(cgroup * 10, at + 1, { cgroupId: cgroup }));
  tracker.exited(process(cgroup * 10, at + 2, { cgroupId: cgroup }), { ...OK, code });
  tracker.removed(cgroup, at + 3);
  tracker.settle(Number.POSITIVE_INFINITY);
  return container;
}

describe('a life', () => {
  it('begins with the first process and ends with it', () => {
    const container = live(3);
    expect(container).toMatchObject({
      state: 'exited',
      createdNs: 1000,
      startedNs: 1001,
      stoppedNs: 1002,
      pid: 70,
      exit: { code: 3, signal: 0 },
    });
    expect(events).toEqual(['container.started c0de', 'container.stopped c0de 3']);
    expect([...tracker]).toEqual([container]);
    expect(tracker.counters).toMatchObject({ living: 0, ended: 1, endsUnseen: 0 });
  });

  it('ends with 128 and the number of a signal', () => {
    tracker.made(CGROUP, PATH, 1);
    tracker.executed(process(5, 2));
    tracker.exited(process(5, 3), { code: 0, signal: 9, oomKilled: true });
    expect(found[0]).toMatchObject({ exit: { code: 137, signal: 9 }, oomKilled: true });
  });

  it('is not ended by what else runs in it', () => {
    tracker.made(CGROUP, PATH, 1);
    tracker.executed(process(5, 2));
    tracker.executed(process(6, 3, { namespacePid: 2 }));
    tracker.exited(process(6, 4), { ...OK, code: 1 });
    expect(found[0]).toMatchObject({ state: 'running', pid: 5 });
  });

  it('is not begun by the copy of the runtime that prepares it', () => {
    tracker.made(CGROUP, PATH, 1);
    for (const comm of ['runc', 'exe', '6', 'memfd:runc']) {
      tracker.executed(process(4, 2, { namespacePid: 400, comm }));
    }
    expect(found[0]?.state).toBe('created');
    tracker.executed(process(5, 3, { namespacePid: 5, comm: 'app' }));
    expect(found[0]).toMatchObject({ state: 'running', pid: 5, startedNs: 3 });
  });

  it('keeps its first process in the cgroups below its own', () => {
    tracker.made(CGROUP, PATH, 1);
    tracker.made(8, `${PATH}/init.scope`, 2);
    tracker.executed(process(5, 3, { cgroupId: 8 }));
    tracker.exited(process(5, 4, { cgroupId: 8 }), { ...OK, code: 2 });
    tracker.removed(8, 5);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ state: 'exited', exit: { code: 2 } });
  });

  it('whose end was not seen has no exit code, and is counted', async () => {
    tracker.made(CGROUP, PATH, 1);
    tracker.executed(process(5, 2));
    tracker.removed(CGROUP, 9);
    expect(found[0]?.state).toBe('running');
    tracker.settle(Number.POSITIVE_INFINITY);
    expect(found[0]).toMatchObject({ state: 'exited', stoppedNs: 9, exit: undefined });
    await Promise.resolve();
    expect(tracker.counters.endsUnseen).toBe(1);
  });

  it('that never ran a process leaves nothing', () => {
    tracker.made(CGROUP, PATH, 1);
    tracker.removed(CGROUP, 2);
    tracker.settle(Number.POSITIVE_INFINITY);
    expect([...tracker]).toEqual([]);
    expect(tracker.counters).toMatchObject({ living: 0, ended: 0, endsUnseen: 0 });
  });

  it('is that of its cgroup where processes are not seen', () => {
    tracker = makeTracker({ seesProcesses: false });
    tracker.made(CGROUP, PATH, 1);
    tracker.removed(CGROUP, 9);
    expect(found[0]).toMatchObject({ state: 'exited', startedNs: 1, stoppedNs: 9, exit: undefined });
    expect(tracker.counters.endsUnseen).toBe(0);
  });

  it('may be older than the probe', () => {
    const container = tracker.adopt(CGROUP, PATH) as Container;
    tracker.adoptFirst(container, { pid: 5, startedNs: 500 });
    expect(tracker.adopt(CGROUP, PATH)).toBeUndefined();
    tracker.made(CGROUP, PATH, 900);
    tracker.exited(process(5, 1000), { ...OK, code: 4 });
    expect(found).toEqual([container]);
    expect(container).toMatchObject({ createdNs: 0, startedNs: 500, stoppedNs: 1000, exit: { code: 4 } });
  });

  it('belongs to no cgroup that names no container', () => {
    tracker.made(CGROUP, '/system.slice/ssh.service', 1);
    tracker.executed(process(5, 2));
    expect([...tracker]).toEqual([]);
  });
});

describe('names', () => {
  it('are waited for by the events, in their order', () => {
    tracker.made(CGROUP, PATH, 1);
    tracker.executed(process(5, 2));
    tracker.exited(process(5, 3), OK);
    expect(events).toEqual([]);
    tracker.settled(found[0] as Container, undefined);
    expect(events).toEqual(['container.started c0de 0', 'container.stopped c0de 0']);
  });

  it('that come later are kept, and change no event', () => {
    tracker.made(CGROUP, PATH, 1);
    tracker.executed(process(5, 2));
    const container = found[0] as Container;
    tracker.settled(container, undefined);
    tracker.settled(container, named('late'));
    expect(container.info?.name).toBe('late');
    expect(events).toHaveLength(1);
  });
});

describe('restarts', () => {
  it('are counted by name when each life is another container', () => {
    const ids = ['a', 'b', 'c'].map((digit) => digit.repeat(64));
    const restarts = ids.map((id, i) => live(0, { cgroup: 10 + i, path: `/docker/${id}` }).restarts);
    expect(restarts).toEqual([0, 1, 2]);
    expect(live(0, { cgroup: 20, path: `/docker/${'d'.repeat(64)}`, name: 'other' }).restarts).toBe(0);
  });

  it('are counted when the same container is started again', () => {
    expect([live(0).restarts, live(0, { cgroup: 8, at: 2000 }).restarts]).toEqual([0, 1]);
    expect(tracker.counters.ended).toBe(2);
  });

  it('are what the runtime says when it knows of more', () => {
    tracker.made(CGROUP, PATH, 1);
    tracker.settled(found[0] as Container, named('web', 5));
    expect(found[0]?.restarts).toBe(5);
  });

  it('with failures one upon the other are a crash loop', () => {
    const second = 1e9;
    const looping = [0, 1, 2, 3].map((i) => live(1, { cgroup: 10 + i, at: (i + 1) * 10 * second }).crashLoop);
    expect(looping).toEqual([false, false, true, true]);
    expect(live(0, { cgroup: 20, at: 50 * second, name: 'calm' }).crashLoop).toBe(false);
  });

  it('with failures long ago are none', () => {
    const hour = 3600e9;
    const looping = [0, 1, 2, 3].map((i) => live(1, { cgroup: 10 + i, at: (i + 1) * hour }).crashLoop);
    expect(looping).toEqual([false, false, false, false]);
  });
});

it('is bounded: the oldest make room and are counted', () => {
  tracker = makeTracker({ maxContainers: 4 });
  const id = (i: number) => i.toString(16).padStart(64, '0');
  for (let i = 1; i <= 10; i++) tracker.made(i, `/docker/${id(i)}`, i);
  expect(tracker.counters).toMatchObject({ living: 4, livingEvicted: 6 });
  for (let i = 11; i <= 20; i++) live(0, { cgroup: i, path: `/docker/${id(i)}`, name: id(i) });
  expect(tracker.counters).toMatchObject({ ended: 4, endedEvicted: 6 });
});
