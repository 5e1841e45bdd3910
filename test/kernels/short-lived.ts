import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ownerHierarchy, readCgroupMounts } from '../../src/probe/owners/cgroup-mounts.ts';
import { removeCgroup } from '../containers/cgroups.ts';
import { flowsAmong, type Life, type LifeFlow, shortLived as runShortLived } from '../live/lives.ts';
import type { CaseGroup } from './group.ts';

const CONNECTIONS = 20;

/** Connections in containers and namespaces that are gone before anyone can look at them. */
export const shortLived: CaseGroup = {
  name: 'Containers',
  flags: [],
  // No runtime has heard of these containers.
  lossCompared: ['containersUnnamed'],
  async *run({ probe, stream }) {
    const { root = '' } = ownerHierarchy(readCgroupMounts('/proc'), '/proc');
    const lives = await livesBelow(root);
    const found = () => flowsAmong(stream.events, lives);
    // A flow that does not come is a difference, not the end of the program.
    await stream.until(() => found().length >= 2 * CONNECTIONS).catch(() => undefined);
    const wrong = found().filter(({ flow, life }) => differencesOf({ flow, life }, root).length > 0);
    const missing = 2 * CONNECTIONS - found().length;
    const { containersUnnamed: unnamed = 0 } = (await probe.status()).loss;
    yield {
      name: 'containers and namespaces that live for moments',
      connections: CONNECTIONS,
      differences: [
        ...(missing === 0 ? [] : [`${missing} flows are missing`]),
        ...(unnamed >= CONNECTIONS ? [] : [`only ${unnamed} containers counted as unnamed`]),
        ...wrong.flatMap((one) => differencesOf(one, root)),
      ],
      flows: wrong.slice(0, 5).map(({ flow }) => flow),
    };
  },
};

async function livesBelow(root: string): Promise<Life[]> {
  const name = `sysprobe-kernel-${process.pid}`;
  const parent = join(root, name, 'kubepods/burstable');
  mkdirSync(parent, { recursive: true });
  try {
    return await runShortLived('--count', String(CONNECTIONS), '--cgroups', parent, '--pods', '--netns');
  } finally {
    await removeCgroup(`/${name}`);
  }
}

function differencesOf({ flow, life }: LifeFlow, root: string): string[] {
  const bytes = (flow.role === 'client' ? flow.sent : flow.received).bytes;
  const pairs: [what: string, expected: unknown, found: unknown][] = [
    ['cgroup', life.cgroup?.path.slice(root.length), flow.cgroup?.path],
    ['cgroup id', life.cgroup?.id, flow.cgroup?.id],
    ['container', life.container, flow.container?.id],
    ['bytes', life.sent, bytes],
  ];
  return pairs.flatMap(([what, expected, found]) =>
    expected === found ? [] : [`${what}: ${found} instead of ${expected}`],
  );
}
