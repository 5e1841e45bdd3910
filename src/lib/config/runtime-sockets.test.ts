import { expect, it } from 'vitest';
import { runtimeSockets, usualSockets } from './runtime-sockets.ts';

it.each([
  ['/run/containerd/containerd.sock', [{ api: 'cri', path: '/run/containerd/containerd.sock' }]],
  ['unix:///run/crio/crio.sock', [{ api: 'cri', path: '/run/crio/crio.sock' }]],
  [
    '/var/run/docker.sock cri:/x.sock, docker:/y.sock',
    [
      { api: 'docker', path: '/var/run/docker.sock' },
      { api: 'cri', path: '/x.sock' },
      { api: 'docker', path: '/y.sock' },
    ],
  ],
  ['/run/user/1000/podman/podman.sock', [{ api: 'docker', path: '/run/user/1000/podman/podman.sock' }]],
  ['off', []],
  ['auto', usualSockets],
])('reads %j', (text, sockets) => {
  expect(runtimeSockets.parse(text)).toEqual(sockets);
});

it.each(['', 'relative.sock', 'tcp://1.2.3.4:2375', 'http:/x', `/${'s'.repeat(107)}`])(
  'refuses %j',
  (text) => {
    expect(runtimeSockets.parse(text)).toBeUndefined();
  },
);

it('looks in the usual places, also below the folders where a manifest mounts the host', () => {
  const paths = usualSockets.map(({ path }) => path);
  expect(paths).toContain('/run/containerd/containerd.sock');
  expect(paths).toContain('/host/run/docker.sock');
  expect(paths).toContain('/host/var/run/docker.sock');
  expect(usualSockets.find(({ path }) => path === '/run/podman/podman.sock')?.api).toBe('docker');
});
