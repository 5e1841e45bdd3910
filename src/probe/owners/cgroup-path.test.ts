import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CgroupContainer, parseCgroupPath } from './cgroup-path.ts';

const id = 'a3f1'.repeat(16);
const outer = 'b7e2'.repeat(16);
const uid = '1f2e3d4c-5b6a-7988-a0b1-c2d3e4f50617';
const uid_ = uid.replaceAll('-', '_');
const hash = '0123456789abcdef0123456789abcdef';

type Case = [shape: string, path: string, expected: CgroupContainer];

const CONTAINERS: Case[] = [
  // Kubernetes, cgroupfs driver
  ['besteffort pod', `/kubepods/besteffort/pod${uid}/${id}`, { id, podUid: uid }],
  ['guaranteed pod', `/kubepods/pod${uid}/${id}`, { id, podUid: uid }],
  ['static pod', `/kubepods/burstable/pod${hash}/${id}`, { id, podUid: hash }],
  ['CRI-O', `/kubepods/besteffort/pod${uid}/crio-${id}`, { id, runtime: 'crio', podUid: uid }],
  // Kubernetes, systemd driver
  [
    'containerd scope',
    `/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${uid_}.slice/cri-containerd-${id}.scope`,
    { id, runtime: 'containerd', podUid: uid },
  ],
  [
    'docker scope',
    `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${uid_}.slice/docker-${id}.scope`,
    { id, runtime: 'docker', podUid: uid },
  ],
  [
    'CRI-O scope of a guaranteed pod',
    `/kubepods.slice/kubepods-pod${uid_}.slice/crio-${id}.scope`,
    { id, runtime: 'crio', podUid: uid },
  ],
  [
    'CRI-O with crun',
    `/kubepods.slice/kubepods-pod${uid_}.slice/crio-${id}.scope/container`,
    { id, runtime: 'crio', podUid: uid },
  ],
  [
    'static pod scope',
    `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${hash}.slice/cri-containerd-${id}.scope`,
    { id, runtime: 'containerd', podUid: hash },
  ],
  // Kubelet with the systemd driver over a runtime with cgroupfs
  [
    'driver mismatch below podruntime.slice',
    `/podruntime.slice/containerd.service/kubepods-burstable-pod${uid_}.slice:cri-containerd:${id}`,
    { id, runtime: 'containerd', podUid: uid },
  ],
  [
    'driver mismatch below system.slice',
    `/system.slice/containerd.service/kubepods-besteffort-pod${uid_}.slice:cri-containerd:${id}`,
    { id, runtime: 'containerd', podUid: uid },
  ],
  [
    'driver mismatch without Kubernetes',
    `/system.slice/containerd.service/system.slice:docker:${id}`,
    { id, runtime: 'docker' },
  ],
  // kind: a Kubernetes node inside a Docker container
  [
    'kind, systemd driver',
    `/system.slice/docker-${outer}.scope/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-besteffort.slice/kubelet-kubepods-besteffort-pod${uid_}.slice/cri-containerd-${id}.scope`,
    { id, runtime: 'containerd', podUid: uid },
  ],
  [
    'kind, cgroupfs in a scope',
    `/system.slice/docker-${outer}.scope/kubelet/kubepods/burstable/pod${uid}/${id}`,
    { id, podUid: uid },
  ],
  ['kind, cgroupfs', `/docker/${outer}/kubelet/kubepods/besteffort/pod${uid}/${id}`, { id, podUid: uid }],
  [
    'a service of the kind node',
    `/system.slice/docker-${outer}.scope/system.slice/kubelet.service`,
    { id: outer, runtime: 'docker' },
  ],
  // Docker
  ['docker cgroupfs', `/docker/${id}`, { id, runtime: 'docker' }],
  ['docker nested ns', `/docker/${id}/ns`, { id, runtime: 'docker' }],
  ['docker systemd', `/system.slice/docker-${id}.scope`, { id, runtime: 'docker' }],
  ['docker running systemd', `/system.slice/docker-${id}.scope/init.scope`, { id, runtime: 'docker' }],
  [
    'a service inside docker',
    `/system.slice/docker-${id}.scope/system.slice/x.service`,
    { id, runtime: 'docker' },
  ],
  [
    'rootless docker',
    `/user.slice/user-1000.slice/user@1000.service/user.slice/docker-${id}.scope`,
    { id, runtime: 'docker' },
  ],
  ['own cgroup parent', `/${id}`, { id }],
  ['docker in docker', `/docker/${outer}/docker/${id}`, { id, runtime: 'docker' }],
  ['docker in a pod', `/kubepods/pod${uid}/${outer}/docker/${id}`, { id, runtime: 'docker', podUid: uid }],
  // Podman
  ['podman systemd', `/machine.slice/libpod-${id}.scope`, { id, runtime: 'podman' }],
  ['podman with crun', `/machine.slice/libpod-${id}.scope/container`, { id, runtime: 'podman' }],
  [
    'rootless podman',
    `/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${id}.scope/container`,
    { id, runtime: 'podman' },
  ],
  [
    'podman pod',
    `/machine.slice/machine-libpod_pod_${outer}.slice/libpod-${id}.scope`,
    { id, runtime: 'podman' },
  ],
  ['podman cgroupfs', `/libpod_parent/libpod-${id}`, { id, runtime: 'podman' }],
  ['podman cgroupfs pod', `/libpod_parent/${outer}/libpod-${id}`, { id, runtime: 'podman' }],
  ['podman in a systemd unit', `/system.slice/web.service/libpod-payload-${id}`, { id, runtime: 'podman' }],
  ['conmon inside a container', `/docker/${outer}/libpod_parent/conmon`, { id: outer, runtime: 'docker' }],
  // containerd without a kubelet
  ['nerdctl systemd', `/system.slice/nerdctl-${id}.scope`, { id, runtime: 'containerd' }],
  ['nerdctl cgroupfs', `/default/${id}`, { id, runtime: 'containerd' }],
  ['ctr with a name', '/default/redis-1', { id: 'redis-1', runtime: 'containerd' }],
  ['ctr, below its cgroup', '/../../default/redis-1/init.scope', { id: 'redis-1', runtime: 'containerd' }],
  ['k8s.io namespace', `/k8s.io/${id}`, { id, runtime: 'containerd' }],
  // Others
  ['ECS', `/ecs/${hash}/${id}`, { id }],
  ['ECS with a task UUID', `/ecs/${uid}/${id}`, { id }],
  ['ECS Fargate', `/ecs/${hash}/${hash}-1234567890`, { id: `${hash}-1234567890` }],
  ['LXC', '/lxc/web', { id: 'web', runtime: 'lxc' }],
  ['LXC nested ns', '/lxc/100/ns', { id: '100', runtime: 'lxc' }],
  ['LXC payload', '/lxc.payload.web.example', { id: 'web.example', runtime: 'lxc' }],
  ['LXC running systemd', '/lxc.payload.web/system.slice/ssh.service', { id: 'web', runtime: 'lxc' }],
  ['docker in LXC', `/lxc/100/ns/docker/${id}`, { id, runtime: 'docker' }],
  ['GitHub Actions', `/actions_job/${id}`, { id }],
  [
    'Garden',
    '/system.slice/garden.service/garden/good/6f265890-5165-7fab-6b52-18d1',
    { id: '6f265890-5165-7fab-6b52-18d1', runtime: 'garden' },
  ],
  ['sysbox', `/docker/${id}/syscont-cgroup-root`, { id, runtime: 'docker' }],
  ['an unknown runtime', `/system.slice/newrun-${id}.scope`, { id }],
  // As read through a cgroup namespace
  ['namespace prefix', `/../../pod${uid}/${id}`, { id, podUid: uid }],
  [
    'deep namespace prefix',
    `/../../../../kubepods.slice/kubepods-pod${uid_}.slice/crio-${id}.scope`,
    { id, runtime: 'crio', podUid: uid },
  ],
];

const NOT_CONTAINERS: [shape: string, path: string][] = [
  ['empty', ''],
  ['root', '/'],
  ['namespace root', '/../..'],
  ['init', '/init.scope'],
  ['service', '/system.slice/ssh.service'],
  ['runtime service', '/system.slice/containerd.service'],
  ['user session', '/user.slice/user-1000.slice/session-3.scope'],
  ['mount unit', `/system.slice/var-lib-docker-containers-${id}-mounts-shm.mount`],
  ['mount unit that ends in the id', `/system.slice/run-containerd-${id}.mount`],
  ['podman conmon, cgroupfs', '/libpod_parent/conmon'],
  ['podman conmon, systemd', `/machine.slice/libpod-conmon-${id}.scope`],
  ['podman conmon in a pod', `/machine.slice/machine-libpod_pod_${outer}.slice/libpod-conmon-${id}.scope`],
  ['podman pod, cgroupfs', `/libpod_parent/${outer}`],
  ['podman pod, systemd', `/machine.slice/machine-libpod_pod_${outer}.slice`],
  ['CRI-O conmon, cgroupfs', `/kubepods/besteffort/pod${uid}/crio-conmon-${id}`],
  ['CRI-O conmon, systemd', `/kubepods.slice/kubepods-pod${uid_}.slice/crio-conmon-${id}.scope`],
  ['pod, cgroupfs', `/kubepods/burstable/pod${uid}`],
  ['pod, systemd', `/kubepods.slice/kubepods-pod${uid_}.slice`],
  ['LXC monitor', '/lxc.monitor.web'],
  ['LXC parent', '/lxc'],
  ['ctr parent', '/default'],
  ['a service named default', '/system.slice/default/web'],
  ['ECS task', `/ecs/${uid}`],
  ['65 hex digits', `/docker/${id}0`],
  ['63 hex digits', `/docker/${id.slice(1)}`],
  ['upper case', `/docker/${id.toUpperCase()}`],
];

describe('container paths', () => {
  it.each(CONTAINERS)('%s', (_shape, path, expected) => {
    expect(parseCgroupPath(path)).toEqual(expected);
  });
});

describe('paths that are not a container', () => {
  it.each(NOT_CONTAINERS)('%s', (_shape, path) => {
    expect(parseCgroupPath(path)).toBeUndefined();
  });
});

describe('any path', () => {
  const component = fc.oneof(
    fc.constantFrom(
      '..',
      '.',
      '',
      'docker',
      'lxc',
      'default',
      'libpod_parent',
      `pod${uid}`,
      id,
      `libpod-${id}.scope`,
    ),
    fc.string({ maxLength: 80 }),
  );
  const paths = fc.array(component, { maxLength: 8 }).map((parts) => `/${parts.join('/')}`);
  const prefixes = fc.array(fc.stringMatching(/^[a-z.]{1,20}$/), { maxLength: 4 }).map((parts) =>
    parts
      .filter((part) => part !== 'lxc' && part !== 'default')
      .map((part) => `/${part}`)
      .join(''),
  );
  const absoluteNames = new Set(['ctr with a name', 'ctr, below its cgroup']);
  const relocatable = CONTAINERS.filter(([shape]) => !absoluteNames.has(shape));

  it('gives a container with an id, or nothing', () => {
    fc.assert(
      fc.property(paths, (path) => {
        const container = parseCgroupPath(path);
        expect(container === undefined || container.id.length > 0).toBe(true);
      }),
    );
  });

  it('means the same below any prefix', () => {
    fc.assert(
      fc.property(prefixes, fc.constantFrom(...relocatable), (prefix, [, path, expected]) => {
        expect(parseCgroupPath(prefix + path)).toEqual(expected);
      }),
    );
  });

  it('means the same when the payload makes cgroups of its own', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...CONTAINERS),
        fc.constantFrom('/init.scope', '/container', '/ns', '/system.slice/app.service', '/', '//'),
        ([, path, expected], below) => {
          expect(parseCgroupPath(path + below)).toEqual(expected);
        },
      ),
    );
  });
});
