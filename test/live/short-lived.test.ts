import { mkdirSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readCgroupMounts } from '../../src/probe/owners/cgroup-mounts.ts';
import { removeCgroup } from '../containers/cgroups.ts';
import { command } from '../containers/command.ts';
import { Podman } from '../containers/podman.ts';
import { Runc } from '../containers/runc.ts';
import { type FlowEvent, type Following, type RunningProbe, startProbe } from './probe.ts';

/** What a process of short_lived.py did. */
interface Life {
  pid: number;
  netns: number;
  port: number;
  sent: number;
  cgroup?: { id: number; path: string };
  container?: string;
}

const unified = readCgroupMounts('/proc', '/sys/fs/cgroup').unified ?? '';
const hostNetns = Number(statSync('/proc/self/ns/net').ino);

let probe: RunningProbe;
let stream: Following;

beforeAll(async () => {
  probe = await startProbe();
  stream = await probe.follow();
});

afterAll(async () => {
  stream?.stop();
  await probe?.stop();
});

/** The probe does not run meanwhile: whatever it is about to read of is gone before. */
async function unseen<T>(work: () => Promise<T>): Promise<T> {
  process.kill(probe.pid, 'SIGSTOP');
  try {
    return await work();
  } finally {
    process.kill(probe.pid, 'SIGCONT');
  }
}

async function shortLived(...flags: string[]): Promise<Life[]> {
  return JSON.parse(await command('python3', ['test/live/short_lived.py', ...flags]));
}

/** The closed flows of processes that are gone, both sides of each one's connection. */
async function flowsOf(lives: Life[]): Promise<{ life: Life; flow: FlowEvent }[]> {
  const byPid = new Map(lives.map((life) => [life.pid, life]));
  const found = () =>
    stream.events.flatMap((flow) => {
      const life = byPid.get(flow.process?.pid ?? 0);
      if (life === undefined || flow.type !== 'flow.closed' || flow.netns !== life.netns) return [];
      const port = flow.role === 'client' ? flow.dest.port : flow.source.port;
      return port === life.port ? [{ life, flow }] : [];
    });
  await stream.until(() => found().length >= 2 * lives.length);
  return found();
}

const seen = (flows: { life: Life; flow: FlowEvent }[]) =>
  flows.map(({ flow }) => ({ cgroup: flow.cgroup, container: flow.container, netns: flow.netns }));

describe('a cgroup that is gone before the probe reads of its connection', () => {
  const name = `sysprobe-short-${process.pid}`;
  const parent = join(unified, name, 'kubepods/burstable');

  beforeEach(() => mkdirSync(parent, { recursive: true }));
  afterEach(() => removeCgroup(`/${name}`));

  const expected = (lives: Life[], flows: { life: Life }[]) => {
    expect(flows).toHaveLength(2 * lives.length);
    return flows.map(({ life }) => ({
      cgroup: { id: life.cgroup?.id, path: life.cgroup?.path.slice(unified.length) },
      container: life.container === null ? undefined : { id: life.container },
      netns: life.netns,
    }));
  };

  it.each([
    ['among 200', ['--count', '200']],
    ['in the shape of a pod', ['--count', '200', '--pods']],
    ['with a network namespace of its own', ['--count', '50', '--pods', '--netns']],
  ])('has its path: %s', async (_, flags) => {
    const lives = await unseen(() => shortLived('--cgroups', parent, ...flags));
    const flows = await flowsOf(lives);
    expect(seen(flows)).toEqual(expected(lives, flows));
    const sent = flows.map(({ flow }) => (flow.role === 'client' ? flow.sent : flow.received).bytes);
    expect(sent).toEqual(flows.map(({ life }) => life.sent));
  });

  it('has its path while the probe reads all the time', async () => {
    const lives = await shortLived('--cgroups', parent, '--count', '200', '--pods');
    const flows = await flowsOf(lives);
    expect(seen(flows)).toEqual(expected(lives, flows));
  });

  it('is told by a probe that has lost nothing', async () => {
    const { loss, sources } = await probe.status();
    expect(loss).toMatchObject({ ringCgroup: 0, cgroupPathsCut: 0 });
    expect(sources.find((source) => source.name === 'cgroups')).toMatchObject({ state: 'on' });
  });
});

describe('a container that is gone before the probe reads of its connection', () => {
  let server: Server;
  let url: string;
  let port: number;

  beforeAll(async () => {
    server = createServer((_, response) => response.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
    url = `http://127.0.0.1:${port}/`;
  });
  afterAll(() => server?.close());

  /** The client's side of the one connection that a container made. */
  async function flowOf(container: string): Promise<FlowEvent | undefined> {
    const isIt = (flow: FlowEvent) =>
      flow.type === 'flow.closed' &&
      flow.netns === hostNetns &&
      flow.dest.port === port &&
      flow.container?.id === container;
    return (await stream.until((events) => events.some(isIt))).find(isIt);
  }

  it('of runc has its id and its pod', async () => {
    const runc = await Runc.create();
    try {
      const pod = '/kubepods/besteffort/pod1f2e3d4c-5b6a-7988-a0b1-c2d3e4f50617';
      const id = await unseen(() =>
        runc.runToEnd({
          command: ['wget', '-q', '-O', '-', url],
          cgroupPath: (container) => `${pod}/cri-containerd-${container}.scope`,
          netns: '/proc/self/ns/net',
        }),
      );
      expect(await flowOf(id)).toMatchObject({
        container: { id, runtime: 'containerd' },
        cgroup: { path: `/${runc.name}${pod}/cri-containerd-${id}.scope` },
      });
    } finally {
      await runc.close();
    }
  });

  it('of podman has its id', async () => {
    const podman = await Podman.create();
    try {
      const id = await unseen(() => podman.runToEnd(['wget', '-q', '-O', '-', url]));
      expect(await flowOf(id)).toMatchObject({
        container: { id, runtime: 'podman' },
        process: { comm: 'wget' },
      });
    } finally {
      await podman.close();
    }
  });
});

describe('a network namespace that is gone before the probe reads of its connection', () => {
  it('has its inode on both sides, as often as one is made', async () => {
    const lives = await unseen(async () => {
      const all: Life[] = [];
      for (let number = 0; number < 10; number++) {
        const name = `sp-short-${process.pid}-${number}`;
        await command('ip', ['netns', 'add', name]);
        try {
          await command('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
          const exec = ['netns', 'exec', name, 'python3', 'test/live/short_lived.py'];
          all.push(...JSON.parse(await command('ip', exec)));
        } finally {
          await command('ip', ['netns', 'delete', name]);
        }
      }
      return all;
    });
    const flows = await flowsOf(lives);
    expect(flows.map(({ flow }) => flow.role).sort()).toEqual([
      ...Array(10).fill('client'),
      ...Array(10).fill('server'),
    ]);
    expect(lives.map(({ netns }) => netns)).not.toContain(hostNetns);
  });
});
