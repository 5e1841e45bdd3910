import { deepStrictEqual, ok } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { removeCgroup } from '../containers/cgroups.ts';
import { GREEDY, limitMemory } from '../containers/memory-limit.ts';
import type { Following } from '../live/probe.ts';
import {
  endOf,
  endsOf,
  followProcesses,
  type Life,
  type ProcessEvent,
  runCases,
  storm,
} from '../processes/lives.ts';
import { type CaseGroup, caseOf } from './group.ts';

const STORM = 1000;
const MEMORY = 32 * 2 ** 20;

/** Every kind of process, many at once, and one that the kernel kills. */
export const processes: CaseGroup = {
  name: 'Processes',
  flags: [],
  async *run({ probe }) {
    const stream = await followProcesses(probe);
    for (const life of await runCases()) yield await compareLife(stream, life);
    yield await caseOf('a storm of forks', STORM, async () => {
      const { pid, ends } = await storm(STORM);
      await endOf(stream, pid);
      deepStrictEqual(endsOf(stream.events, pid), ends);
      return undefined;
    });
    yield await caseOf('a kill for want of memory', 1, () => compareKill(stream));
    stream.stop();
  },
};

function compareLife(stream: Following<ProcessEvent>, { name, pid, expected }: Life) {
  return caseOf(name, 1, async () => {
    const end = await endOf(stream, pid);
    const found = Object.keys(expected).map((key) => [key, end?.[key as keyof ProcessEvent]]);
    deepStrictEqual(Object.fromEntries(found), expected);
    return undefined;
  });
}

async function compareKill(stream: Following<ProcessEvent>): Promise<undefined> {
  const name = `sysprobe-kernel-${process.pid}`;
  const procs = limitMemory(name, MEMORY);
  try {
    const [file, ...args] = GREEDY;
    const script = `echo $$ >${procs}; exec "$@"`;
    const { pid, signal } = spawnSync('sh', ['-c', script, 'sh', file, ...args]);
    deepStrictEqual(signal, 'SIGKILL');
    const end = await endOf(stream, pid);
    deepStrictEqual({ signal: end?.signal, oomKilled: end?.oomKilled }, { signal: 9, oomKilled: true });
    const rss =
      stream.events.find((event) => event.type === 'oom' && event.pid === pid)?.memory?.rssBytes ?? 0;
    ok(rss > MEMORY / 4 && rss <= MEMORY + 2 ** 22, `${rss} bytes at the kill`);
    return undefined;
  } finally {
    await removeCgroup(`/${name}`);
  }
}
