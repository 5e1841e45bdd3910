import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OwnerResolver } from '../../src/probe/owners/owner.ts';
import { unifiedCgroup } from './cgroups.ts';
import { type Container, Podman } from './podman.ts';
import { Runc } from './runc.ts';

describe('real podman containers', () => {
  let podman: Podman;
  beforeAll(async () => {
    podman = await Podman.create();
  });
  afterAll(() => podman?.close());

  const sleeper = ['sleep', '300'];
  const containerOf = (container: Container) => ({ id: container.id, runtime: 'podman' });

  it.each(['none', 'host', 'bridge'] as const)('are told by cgroup id: network %s', async (network) => {
    const container = await podman.runContainer({ command: sleeper, network });
    const { id: cgroupId, path } = unifiedCgroup(container.pid);
    expect(new OwnerResolver().resolveOwner({ cgroupId, pid: 0 })).toEqual({
      container: containerOf(container),
      cgroup: { id: cgroupId, path },
    });
  });

  it('are told apart from their pod', async () => {
    const pod = await podman.startPod();
    const first = await podman.runContainer({ command: sleeper, pod });
    const second = await podman.runContainer({ command: sleeper, pod });
    const owners = new OwnerResolver();
    for (const container of [first, second]) {
      const { id: cgroupId, path } = unifiedCgroup(container.pid);
      expect(path).toContain(pod.id);
      expect(owners.resolveOwner({ cgroupId, pid: 0 }).container).toEqual(containerOf(container));
    }
  });

  it('are told when they start after the probe', async () => {
    const owners = new OwnerResolver();
    const container = await podman.runContainer({ command: sleeper });
    const { id: cgroupId } = unifiedCgroup(container.pid);
    expect(owners.resolveOwner({ cgroupId, pid: container.pid })).toMatchObject({
      container: containerOf(container),
      exe: '/bin/busybox',
    });
  });

  it('are told after they are gone, when the probe saw them', async () => {
    const container = await podman.runContainer({ command: sleeper });
    const { id: cgroupId, path } = unifiedCgroup(container.pid);
    const owners = new OwnerResolver();
    await podman.remove(container);
    expect(() => unifiedCgroup(container.pid)).toThrow();
    expect(owners.resolveOwner({ cgroupId, pid: container.pid })).toEqual({
      container: containerOf(container),
      cgroup: { id: cgroupId, path },
    });
  });

  it('are told by their process where the cgroup id tells nothing', async () => {
    const container = await podman.runContainer({ command: sleeper });
    expect(new OwnerResolver().resolveOwner({ cgroupId: 0, pid: container.pid })).toEqual({
      container: containerOf(container),
      exe: '/bin/busybox',
    });
  });

  it('reach each other over the bridge', async () => {
    const server = await podman.runContainer({
      command: ['sh', '-c', 'mkdir /www && echo hello > /www/index.html && httpd -f -p 8080 -h /www'],
      network: 'bridge',
    });
    const client = await podman.runContainer({ command: sleeper, network: 'bridge' });
    await expect
      .poll(() => podman.exec(client, ['wget', '-q', '-O', '-', `http://${server.ip}:8080/`]), {
        timeout: 20_000,
      })
      .toBe('hello');
  });
});

describe('real containers in the cgroups of other runtimes', () => {
  let runc: Runc;
  beforeAll(async () => {
    runc = await Runc.create();
  });
  afterAll(() => runc?.close());

  const podUid = '1f2e3d4c-5b6a-7988-a0b1-c2d3e4f50617';

  it.each([
    ['a pod of the kubelet', `/kubepods/burstable/pod${podUid}/`, { podUid }],
    ['CRI-O', `/kubepods/besteffort/pod${podUid}/crio-`, { runtime: 'crio', podUid }],
    ['Docker', '/docker/', { runtime: 'docker' }],
    ['containerd', '/k8s.io/', { runtime: 'containerd' }],
  ])('%s', async (_name, prefix, expected) => {
    const container = await runc.runContainer({
      command: ['sleep', '300'],
      cgroupPath: (id) => `${prefix}${id}`,
    });
    const { id: cgroupId } = unifiedCgroup(container.pid);
    expect(new OwnerResolver().resolveOwner({ cgroupId, pid: container.pid })).toMatchObject({
      container: { id: container.id, ...expected },
      exe: '/bin/busybox',
    });
  });
});
