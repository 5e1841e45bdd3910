import { statSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadNative } from '../../src/probe/native.ts';
import { findExistingListeners } from '../../src/probe/sockdiag/existing-listeners.ts';
import { unifiedCgroup } from './cgroups.ts';
import { Podman } from './podman.ts';

let podman: Podman;
beforeAll(async () => {
  podman = await Podman.create();
});
afterAll(() => podman?.close());

it.each(['none', 'bridge'] as const)('finds the listener in a container with network %s', async (network) => {
  const container = await podman.runContainer({
    command: ['httpd', '-f', '-p', '8080', '-h', '/tmp'],
    network,
  });
  const netns = statSync(`/proc/${container.pid}/ns/net`).ino;
  const listeners = async () => {
    const { entries } = await findExistingListeners({ native: loadNative(), procRoot: '/proc' });
    return entries.filter((entry) => entry.netns === netns);
  };
  await expect
    .poll(listeners, { timeout: 20_000 })
    .toMatchObject([
      { port: 8080, pid: container.pid, comm: 'httpd', cgroupId: unifiedCgroup(container.pid).id },
    ]);
});
