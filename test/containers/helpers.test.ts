import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { Podman } from './podman.ts';
import { Runc } from './runc.ts';

/** Everything that a helper leaves on the machine bears its name. */
function tracesOf({ name }: { name: string }): string[] {
  const places = [
    tmpdir(),
    '/run/netns',
    '/sys/fs/cgroup',
    '/sys/fs/cgroup/unified',
    '/sys/fs/cgroup/memory',
  ];
  return places.map((place) => `${place}/${name}`).filter((path) => existsSync(path));
}

it('podman leaves nothing behind, also after a container that failed', async () => {
  const podman = await Podman.create();
  try {
    await podman.runContainer({ command: ['sleep', '300'], network: 'bridge' });
    expect(tracesOf(podman).length).toBeGreaterThan(2);
    await expect(podman.runContainer({ command: ['false'] })).rejects.toThrow('container ended at once');
    await expect(podman.runContainer({ command: ['no-such-command'] })).rejects.toThrow('no-such-command');
  } finally {
    await podman.close();
  }
  expect(tracesOf(podman)).toEqual([]);
});

it('runc leaves nothing behind, also after a container that failed', async () => {
  const runc = await Runc.create();
  const cgroupPath = (id: string) => `/docker/${id}`;
  try {
    await runc.runContainer({ command: ['sleep', '300'], cgroupPath });
    expect(tracesOf(runc).length).toBeGreaterThan(1);
    await expect(runc.runContainer({ command: ['no-such-command'], cgroupPath })).rejects.toThrow(
      'no-such-command',
    );
  } finally {
    await runc.close();
  }
  expect(tracesOf(runc)).toEqual([]);
});
