import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ContainerNames } from '../../src/probe/runtimes/container-names.ts';
import { type RunningProbe, startProbe } from '../live/probe.ts';
import { endOf, followProcesses } from '../processes/lives.ts';
import { ContainerEvents } from './events.ts';
import { GREEDY } from './memory-limit.ts';
import { IMAGE, Podman } from './podman.ts';
import { Runc } from './runc.ts';

const LANES = 2;
describe('200 containers of runc that live for 50 ms', () => {
  let runc: Runc;
  let probe: RunningProbe;
  beforeAll(async () => {
    runc = await Runc.create();
    probe = await startProbe();
  });
  afterAll(async () => {
    await probe?.stop();
    await runc?.close();
  });

  it('are all told of, as started and as ended with their code', async () => {
    const events = await ContainerEvents.follow(probe);
    const processes = await followProcesses(probe);
    const codes = new Map<string, number>();
    const lane = async (first: number) => {
      for (let number = first; number < 200; number += LANES) {
        const command = ['sh', '-c', `sleep 0.05; exit ${number}`];
        const { id, code } = await runc.exitCode({ command, cgroupPath: (id) => `/docker/${id}` });
        codes.set(id, code);
      }
    };
    await Promise.all(Array.from({ length: LANES }, (_, first) => lane(first)));
    const stopped = await Promise.all([...codes.keys()].map((id) => events.stopped(id)));
    expect(new Map(stopped.map(({ id, exitCode }) => [id, exitCode]))).toEqual(codes);
    expect(new Set(codes.values()).size).toBe(200);
    for (const { id, process, startedAt, stoppedAt } of stopped) {
      expect(events.of(id)).toEqual(['container.started', 'container.stopped']);
      expect(Date.parse(stoppedAt ?? '') - Date.parse(startedAt ?? '')).toBeGreaterThanOrEqual(50);
      const first = await endOf(processes, process?.pid ?? 0);
      expect(first).toMatchObject({
        exe: '/bin/busybox',
        args: ['sh', '-c', `sleep 0.05; exit ${codes.get(id)}`],
        namespacePid: 1,
        exitCode: codes.get(id),
        container: { id, runtime: 'docker' },
      });
    }
    const { loss } = await probe.status();
    expect(loss).toMatchObject({
      containerEndsUnseen: 0,
      ringProcessStarted: 0,
      ringProcessExited: 0,
      ringCgroup: 0,
    });
  });
});

describe('a container of podman', () => {
  let podman: Podman;
  let socket: string;
  let probe: RunningProbe;
  let events: ContainerEvents;
  beforeAll(async () => {
    podman = await Podman.create();
    socket = await podman.serve();
    probe = await startProbe(['--runtime-sockets', `docker:${socket}`]);
    events = await ContainerEvents.follow(probe);
  });
  afterAll(async () => {
    await probe?.stop();
    await podman?.close();
  });

  it('is started and ends with its code, under its name and image', async () => {
    const id = await podman.start(
      ['sh', '-c', 'sleep 0.05; exit 3'],
      ['--name', 'shop', '--label', 'tier=web'],
    );
    const named = {
      runtime: 'podman',
      name: 'shop',
      image: IMAGE,
      labels: expect.arrayContaining(['tier=web']),
    };
    expect(await events.started(id)).toMatchObject({ ...named, state: 'running', restarts: 0 });
    const stopped = await events.stopped(id);
    expect(stopped).toMatchObject({ ...named, state: 'exited', exitCode: await podman.exitCode(id) });
    expect(stopped).not.toHaveProperty('signal');
    expect(stopped).not.toHaveProperty('oomKilled');
  });

  it('that is killed has the signal', async () => {
    const { id } = await podman.runContainer({ command: ['sleep', '300'] });
    await podman.kill(id, 'KILL');
    expect(await events.stopped(id)).toMatchObject({ exitCode: 137, signal: 9 });
    expect(await podman.exitCode(id)).toBe(137);
  });

  it('that wants more memory than it may have is told of as killed for that, and by what', async () => {
    const oom = await followProcesses(probe);
    const id = await podman.start(GREEDY, ['--memory', '24m', '--memory-swap', '24m']);
    expect(await events.stopped(id)).toMatchObject({ exitCode: 137, signal: 9, oomKilled: true });
    const isKill = ({ type, container }: (typeof oom.events)[number]) =>
      type === 'oom' && container?.id === id;
    await oom.until((all) => all.some(isKill));
    const kill = oom.events.find(isKill);
    expect(kill).toMatchObject({ comm: 'sh', args: GREEDY, oomKilled: true });
    // Nearly all of the limit was its own.
    expect(kill?.memory?.rssBytes).toBeGreaterThan(8 * 2 ** 20);
    expect(kill?.memory?.rssBytes).toBeLessThanOrEqual(28 * 2 ** 20);
    const end = await endOf(oom, kill?.pid ?? 0);
    expect(end).toMatchObject({ id: kill?.id, signal: 9, oomKilled: true });
  });

  it('that others execute in goes on, and has their processes', async () => {
    const container = await podman.runContainer({ command: ['sleep', '300'] });
    const processes = await followProcesses(probe);
    await podman.exec(container, ['sh', '-c', 'exit 0 # within']);
    const isOurs = (event: (typeof processes.events)[number]) => event.args?.[2] === 'exit 0 # within';
    await processes.until((all) => all.some((event) => isOurs(event) && event.type === 'process.exited'));
    expect(processes.events.find(isOurs)).toMatchObject({
      container: { id: container.id, runtime: 'podman' },
    });
    expect(events.of(container.id)).toEqual(['container.started']);
    await podman.remove(container);
    expect(await events.stopped(container.id)).toMatchObject({ state: 'exited' });
  });

  it('that crashes again and again is in a crash loop', async () => {
    const id = await podman.start(['sh', '-c', 'exit 1']);
    const lives = [await events.stopped(id)];
    for (const count of [2, 3]) {
      await podman.exitCode(id);
      await podman.startAgain(id);
      lives.push(await events.stopped(id, count));
    }
    const told = lives.map(({ exitCode, restarts, crashLoop }) => ({ exitCode, restarts, crashLoop }));
    expect(told).toEqual([
      { exitCode: 1, restarts: 0, crashLoop: undefined },
      { exitCode: 1, restarts: 1, crashLoop: undefined },
      { exitCode: 1, restarts: 2, crashLoop: true },
    ]);
  });

  it('is told of with its end also where processes are not reported', async () => {
    const other = await startProbe(['--no-processes-enabled']);
    try {
      const theirs = await ContainerEvents.follow(other);
      const id = await podman.start(['sh', '-c', 'exit 4']);
      expect(await theirs.stopped(id)).toMatchObject({ exitCode: 4 });
    } finally {
      await other.stop();
    }
  });

  it('has an end that its runtime knows, where the kernel did not tell', async () => {
    const names = new ContainerNames({ sockets: [{ path: socket, api: 'docker' }] });
    try {
      const id = await podman.start(['sh', '-c', 'exit 5']);
      await podman.exitCode(id);
      expect(await names.findExit(id)).toEqual({ code: 5, oomKilled: false });
      const gone = await podman.runToEnd(['true']);
      expect(await names.findExit(gone)).toEqual({ code: 0, oomKilled: false });
    } finally {
      names.close();
    }
  });
});
