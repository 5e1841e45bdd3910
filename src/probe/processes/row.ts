import { type Cell, type Row, uint } from '../../wire/fields.ts';
import type { PROCESS_FIELDS } from '../../wire/process.ts';
import type { Clock } from '../clock.ts';
import { base36 } from '../flows/base36.ts';
import type { OwnerResolver } from '../owners/owner.ts';
import { type Process, startTick } from './process.ts';

export interface ProcessRowContext {
  clock: Pick<Clock, 'epochNs'>;
  bootId: string;
  owners: Pick<OwnerResolver, 'resolveOwner'>;
}

/**
 * A process in the order of PROCESS_FIELDS (src/wire/process.ts); `as: 'started'` leaves out what happened to it after
 * its start.
 */
export function processRow(process: Process, context: ProcessRowContext, as?: 'started'): Row {
  const { exit, usage, cgroupId, args } = process;
  const isEnded = process.exitedNs !== 0 && as !== 'started';
  // Its cgroup is known as exactly as it will be: /proc would tell nothing of one that is gone.
  const { container, cgroup } = context.owners.resolveOwner({ cgroupId, pid: 0 });
  const time = (bootNs: number) => (bootNs === 0 ? null : context.clock.epochNs(bootNs));
  const cells = {
    id: `${context.bootId.slice(0, 8)}-${base36(process.pid)}-${base36(startTick(process))}`,
    pid: process.pid,
    parentPid: process.parentPid || null,
    namespacePid: process.namespacePid || null,
    uid: process.uid,
    comm: process.comm,
    exe: process.exe ?? null,
    args: args === undefined ? null : [...args],
    state: isEnded ? 'exited' : 'running',
    startedAt: time(process.startedNs),
    exitedAt: isEnded ? time(process.exitedNs) : null,
    exitCode: isEnded && exit?.signal === 0 ? exit.code : null,
    signal: (isEnded && exit?.signal) || null,
    oomKilled: (as !== 'started' && process.oomKilled) || null,
    'cpu.userUs': known(usage?.cpu?.userUs),
    'cpu.systemUs': known(usage?.cpu?.systemUs),
    'memory.rssBytes': known(usage?.memory?.rssBytes),
    'memory.virtualBytes': known(usage?.memory?.virtualBytes),
    netns: process.netns || null,
    'container.id': container?.id ?? null,
    'container.runtime': container?.runtime ?? null,
    'cgroup.id': cgroup === undefined ? null : uint(cgroup.id),
    'cgroup.path': cgroup?.path ?? null,
    argsCut: process.argsCut || null,
    executions: process.executions || null,
    sampledAt: usage === undefined ? null : time(usage.atNs),
    'cpu.millicores': isEnded ? null : known(usage?.cpu?.millicores),
  } satisfies Record<(typeof PROCESS_FIELDS)[number][0], Cell>;
  return Object.values(cells);
}

function known(value: number | undefined): number | bigint | null {
  return value === undefined ? null : uint(value);
}
