import { mkdirSync, rmdirSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readCgroupMounts } from '../../src/probe/owners/cgroup-mounts.ts';
import { removeCgroup } from '../containers/cgroups.ts';
import { command } from '../containers/command.ts';
import { Podman } from '../containers/podman.ts';
import { Runc } from '../containers/runc.ts';
import { type Life, type LifeFlow, shortLived, Watch } from './lives.ts';
import type { FlowEvent } from './probe.ts';
import { traffic } from './traffic.ts';

const hostNetns = Number(statSync('/proc/self/ns/net').ino);
const { unified, memory } = readCgroupMounts('/proc');
const hierarchies = [
  { version: 'v2', root: unified, flags: [] },
  { version: 'v1', root: memory, flags: ['--cgroup-root', String(memory)] },
].flatMap(({ root, ...hierarchy }) => (root === undefined ? [] : { ...hierarchy, root }));

const found = (flows: LifeFlow[]) =>
  flows.map(({ flow }) => ({ cgroup: flow.cgroup, container: flow.container, netns: flow.netns }));
const expected = (flows: LifeFlow[], root: string) =>
  flows.map(({ life }) => ({
    cgroup: { id: life.cgroup?.id, path: life.cgroup?.path.slice(root.length) },
    container: life.container === null ? undefined : { id: life.container },
    netns: life.netns,
  }));

describe.each(hierarchies)('a cgroup $version that is gone before its connection is read', (hierarchy) => {
  const name = `sysprobe-short-${process.pid}`;
  const { root, flags } = hierarchy;
  const parent = join(root, name, 'kubepods/burstable');
  let watch: Watch;

  beforeAll(async () => {
    watch = await Watch.start(...flags);
  });
  afterAll(() => watch?.stop());
  beforeEach(() => mkdirSync(parent, { recursive: true }));
  afterEach(() => removeCgroup(`/${name}`));

  it.each([
    ['among 200', ['--count', '200']],
    ['in the shape of a pod', ['--count', '200', '--pods']],
    ['with a network namespace of its own', ['--count', '50', '--pods', '--netns']],
  ])('has its path: %s', async (_, how) => {
    const lives = await watch.unseen(() => shortLived('--cgroups', parent, ...how));
    const flows = await watch.flowsOf(lives);
    expect(flows).toHaveLength(2 * lives.length);
    expect(found(flows)).toEqual(expected(flows, root));
    const sent = flows.map(({ flow }) => (flow.role === 'client' ? flow.sent : flow.received).bytes);
    expect(sent).toEqual(flows.map(({ life }) => life.sent));
  });

  it('has its path while the probe reads all the time', async () => {
    const lives = await shortLived('--cgroups', parent, '--count', '200', '--pods');
    const flows = await watch.flowsOf(lives);
    expect(flows).toHaveLength(2 * lives.length);
    expect(found(flows)).toEqual(expected(flows, root));
  });

  it('is told by a probe that has lost nothing', async () => {
    const { loss, sources } = await watch.probe.status();
    expect(loss).toMatchObject({ ringCgroup: 0, cgroupPathsCut: 0 });
    expect(sources.find((source) => source.name === 'cgroups')).toMatchObject({ state: 'on' });
  });

  it('is counted where the kernel had no room to tell of it, and found while it is there', async () => {
    const kept = join(parent, 'kept');
    await watch.unseen(async () => {
      for (let number = 0; number < 4000; number++) {
        const gone = join(parent, `${number}`.padStart(200, '-'));
        mkdirSync(gone);
        rmdirSync(gone);
      }
      mkdirSync(kept);
    });
    const { port, server } = await traffic('transfer', { 'cgroup-server': kept });
    const isIt = (flow: FlowEvent) =>
      flow.type === 'flow.closed' && flow.source.port === port && flow.process?.pid === server.pid;
    const events = await watch.stream.until((all) => all.some(isIt));
    expect(events.find(isIt)?.cgroup).toEqual({ id: statSync(kept).ino, path: kept.slice(root.length) });
    expect((await watch.probe.status()).loss.ringCgroup).toBeGreaterThan(0);
  });
});

describe('what is gone before its connection is read', () => {
  let watch: Watch;
  let server: Server;
  let port: number;
  let ask: string[];

  beforeAll(async () => {
    watch = await Watch.start();
    server = createServer((_, response) => response.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
    ask = ['wget', '-q', '-O', '-', `http://127.0.0.1:${port}/`];
  });
  afterAll(async () => {
    server?.close();
    await watch?.stop();
  });

  /** The client's side of the one connection that a container made to the server. */
  async function flowOf(container: string): Promise<FlowEvent | undefined> {
    const isIt = (flow: FlowEvent) =>
      flow.type === 'flow.closed' &&
      flow.netns === hostNetns &&
      flow.dest.port === port &&
      flow.container?.id === container;
    return (await watch.stream.until((events) => events.some(isIt))).find(isIt);
  }

  it('has the id of its container and its pod: runc', async () => {
    const runc = await Runc.create();
    try {
      const pod = '/kubepods/besteffort/pod1f2e3d4c-5b6a-7988-a0b1-c2d3e4f50617';
      const id = await watch.unseen(() =>
        runc.runToEnd({
          command: ask,
          cgroupPath: (container) => `${pod}/cri-containerd-${container}.scope`,
          netns: '/proc/self/ns/net',
        }),
      );
      expect(await flowOf(id)).toMatchObject({
        container: { id, runtime: 'containerd' },
        cgroup: { path: `/${runc.name}${pod}/cri-containerd-${id}.scope` },
        process: { comm: 'wget' },
      });
    } finally {
      await runc.close();
    }
  });

  it('has the id of its container: podman', async () => {
    const podman = await Podman.create();
    try {
      const id = await watch.unseen(() => podman.runToEnd(ask));
      expect(await flowOf(id)).toMatchObject({
        container: { id, runtime: 'podman' },
        process: { comm: 'wget' },
      });
    } finally {
      await podman.close();
    }
  });

  it('has its cgroup, also for a datagram', async () => {
    const root = String(unified);
    const name = `sysprobe-datagram-${process.pid}`;
    mkdirSync(join(root, name));
    try {
      const lives = await watch.unseen(() =>
        shortLived('--cgroups', join(root, name), '--count', '50', '--pods'),
      );
      const datagrams = await watch.datagramsOf(lives);
      expect(datagrams).toHaveLength(50);
      expect(found(datagrams)).toEqual(expected(datagrams, root));
    } finally {
      await removeCgroup(`/${name}`);
    }
  });

  it('has the inode of its network namespace, as often as one is made', async () => {
    const lives = await watch.unseen(async () => {
      const all: Life[] = [];
      for (let number = 0; number < 10; number++) all.push(...(await liveInNamespace(number)));
      return all;
    });
    const flows = await watch.flowsOf(lives);
    const sides = (role: string) => flows.filter(({ flow }) => flow.role === role);
    expect([sides('client').length, sides('server').length]).toEqual([10, 10]);
    expect(lives.map(({ netns }) => netns)).not.toContain(hostNetns);
  });
});

async function liveInNamespace(number: number): Promise<Life[]> {
  const name = `sp-short-${process.pid}-${number}`;
  await command('ip', ['netns', 'add', name]);
  try {
    await command('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
    const exec = ['netns', 'exec', name, 'python3', 'test/live/short_lived.py'];
    return JSON.parse(await command('ip', exec));
  } finally {
    await command('ip', ['netns', 'delete', name]);
  }
}
