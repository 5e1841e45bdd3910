import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ContainerNames } from '../../src/probe/runtimes/container-names.ts';
import type { ContainerRecord } from '../../src/wire/container.ts';
import { ContainerEvents } from '../containers/events.ts';
import { GREEDY } from '../containers/memory-limit.ts';
import { type RunningProbe, startProbe } from '../live/probe.ts';
import { followProcesses } from '../processes/lives.ts';
import { IMAGES } from './image.ts';
import { KubernetesNode, type Pod } from './kubernetes-node.ts';

describe('a container of a Kubernetes node', () => {
  let node: KubernetesNode;
  let probe: RunningProbe;
  let events: ContainerEvents;
  let pod: Pod;
  beforeAll(async () => {
    node = await KubernetesNode.create();
    const exclude = ['--exclude-containers', 'kube_namespace:^hidden$'];
    probe = await startProbe(['--runtime-sockets', `cri:${node.socket}`, ...exclude]);
    events = await ContainerEvents.follow(probe);
    pod = await node.startPod({ name: 'web-0', namespace: 'shop', labels: { tier: 'web' } });
  });
  afterAll(async () => {
    await probe?.stop();
    await node?.close();
  });

  const start = (name: string, command: readonly string[], more = {}) =>
    node.startContainer(pod, { name, image: IMAGES.shop, command, ...more });

  it('is started and ends with its code, under the names of its pod', async () => {
    const id = await start('short', ['/bin/sh', '-c', 'sleep 0.05; exit 3']);
    const names = {
      kind: 'container',
      name: 'short',
      image: IMAGES.shop,
      labels: ['tier=web'],
      kubernetes: { namespace: 'shop', pod: 'web-0', container: 'short', podUid: pod.uid },
    };
    expect(await events.started(id)).toMatchObject({ ...names, state: 'running' });
    const { exitCode } = await node.ended(id);
    expect(await events.stopped(id)).toMatchObject({ ...names, exitCode });
    expect(await events.started(pod.id)).toMatchObject({ kind: 'sandbox', kubernetes: { pod: 'web-0' } });
  });

  it('that wants more memory than it may have is told of as killed for that', async () => {
    const id = await start('greedy', ['/bin/sh', ...GREEDY.slice(1)], { memoryBytes: 24 * 2 ** 20 });
    const { exitCode } = await node.ended(id);
    expect(await events.stopped(id)).toMatchObject({ exitCode, signal: 9, oomKilled: true });
  });

  it('that others execute in has their processes, and goes on until it is stopped', async () => {
    const processes = await followProcesses(probe);
    const id = await start('long', ['/bin/sleep', '600']);
    expect(await node.exec(id, ['/bin/sh', '-c', 'echo within'])).toBe('within\n');
    const isOurs = (event: (typeof processes.events)[number]) => event.args?.[2] === 'echo within';
    await processes.until((all) => all.some((event) => isOurs(event) && event.type === 'process.exited'));
    expect(processes.events.find(isOurs)).toMatchObject({ container: { id }, exe: '/bin/busybox' });
    expect(events.of(id)).toEqual(['container.started']);
    await node.stopContainer(id);
    expect(await events.stopped(id)).toMatchObject({ exitCode: 137, signal: 9 });
  });

  it('that crashes again and again is in a crash loop, also when each life is another container', async () => {
    const lives: ContainerRecord[] = [];
    for (const attempt of [0, 1, 2]) {
      const id = await start('broken', ['/bin/false'], { attempt });
      lives.push(await events.stopped(id));
    }
    expect(lives.map(({ restarts, crashLoop }) => ({ restarts, crashLoop }))).toEqual([
      { restarts: 0, crashLoop: undefined },
      { restarts: 1, crashLoop: undefined },
      { restarts: 2, crashLoop: true },
    ]);
  });

  it('that is excluded leaves no trace outside the probe', async () => {
    const hidden = await node.startPod({ name: 'secret-0', namespace: 'hidden' });
    const processes = await followProcesses(probe);
    const command = ['/bin/sh', '-c', 'exit 0'];
    const id = await node.startContainer(hidden, { name: 'app', image: IMAGES.shop, command });
    await node.ended(id);
    await events.stopped(await start('fence', command));
    expect(events.of(id)).toEqual([]);
    expect(processes.events.filter(({ container }) => container?.id === id)).toEqual([]);
    expect(await probe.get(`/v1/processes?container=${id}`)).toMatchObject({ matched: 0 });
    expect(await probe.get(`/v1/containers?container=${id}`)).toMatchObject({ matched: 0 });
    expect((await probe.status()).loss.eventsExcluded).toBeGreaterThan(0);
  });

  it('has an end that its runtime knows, where the kernel did not tell', async () => {
    const names = new ContainerNames({ sockets: [{ path: node.socket, api: 'cri' }] });
    try {
      const id = await start('asked', ['/bin/sh', '-c', 'exit 5']);
      await node.ended(id);
      expect(await names.findExit(id)).toEqual({ code: 5, oomKilled: false });
    } finally {
      names.close();
    }
  });
});
