import type { CONTAINER_FIELDS } from '../../wire/container.ts';
import { type Cell, type Row, uint } from '../../wire/fields.ts';
import type { Clock } from '../clock.ts';
import { type Container, KUBERNETES_LABELS } from './container.ts';

/** Bounds of what a stranger's labels may make of a row. */
const MAX_LABELS = 32;
const MAX_TEXT = 256;

/**
 * A container in the order of CONTAINER_FIELDS (src/wire/container.ts); `as: 'started'` leaves out what happened to it
 * after its start.
 */
export function containerRow(container: Container, clock: Pick<Clock, 'epochNs'>, as?: 'started'): Row {
  const { identity, cgroup, info, exit, saturation } = container;
  const labels = info?.labels ?? {};
  const isEnded = container.state === 'exited' && as !== 'started';
  const { cpu, memory, pressure, io, pids } = saturation ?? {};
  const time = (bootNs: number) => (bootNs === 0 ? null : clock.epochNs(bootNs));
  const cells = {
    id: identity.id,
    runtime: identity.runtime ?? null,
    kind: info?.kind ?? null,
    name: cut(info?.name),
    image: cut(info?.image),
    labels: labelTexts(labels),
    'kubernetes.namespace': cut(labels[KUBERNETES_LABELS.namespace]),
    'kubernetes.pod': cut(labels[KUBERNETES_LABELS.pod]),
    'kubernetes.container': cut(labels[KUBERNETES_LABELS.container]),
    'kubernetes.podUid': cut(labels[KUBERNETES_LABELS.podUid] ?? identity.podUid),
    state: as === 'started' ? 'running' : container.state,
    createdAt: time(container.createdNs),
    startedAt: time(container.startedNs),
    stoppedAt: isEnded ? time(container.stoppedNs) : null,
    'process.pid': container.pid || null,
    exitCode: isEnded ? known(exit?.code) : null,
    signal: isEnded ? exit?.signal || null : null,
    oomKilled: (as !== 'started' && container.oomKilled) || null,
    restarts: container.settled ? container.restarts : null,
    crashLoop: container.crashLoop || null,
    'cgroup.id': uint(cgroup.id),
    'cgroup.path': cgroup.path,
    sampledAt: saturation === undefined ? null : time(saturation.atNs),
    'cpu.usageUs': known(cpu?.usageUs),
    'cpu.userUs': known(cpu?.userUs),
    'cpu.systemUs': known(cpu?.systemUs),
    'cpu.periods': known(cpu?.periods),
    'cpu.throttledPeriods': known(cpu?.throttledPeriods),
    'cpu.throttledUs': known(cpu?.throttledUs),
    'cpu.limitMillicores': known(cpu?.limitMillicores),
    'cpu.millicores': known(cpu?.millicores),
    'memory.usageBytes': known(memory?.usageBytes),
    'memory.workingSetBytes': known(memory?.workingSetBytes),
    'memory.limitBytes': known(memory?.limitBytes),
    'memory.limitHits': known(memory?.limitHits),
    'memory.oomKills': known(memory?.oomKills),
    'pressure.cpuUs': known(pressure?.cpuUs),
    'pressure.memoryUs': known(pressure?.memoryUs),
    'pressure.memoryFullUs': known(pressure?.memoryFullUs),
    'pressure.ioUs': known(pressure?.ioUs),
    'pressure.ioFullUs': known(pressure?.ioFullUs),
    'pressure.cpuPermille': known(pressure?.cpuPermille),
    'pressure.memoryPermille': known(pressure?.memoryPermille),
    'pressure.ioPermille': known(pressure?.ioPermille),
    'io.readBytes': known(io?.readBytes),
    'io.writtenBytes': known(io?.writtenBytes),
    'io.reads': known(io?.reads),
    'io.writes': known(io?.writes),
    'pids.count': known(pids?.count),
    'pids.limit': known(pids?.limit),
    sockets: isEnded ? null : known(container.sockets),
  } satisfies Record<(typeof CONTAINER_FIELDS)[number][0], Cell>;
  return Object.values(cells);
}

function known(value: number | undefined): number | bigint | null {
  return value === undefined ? null : uint(value);
}

function cut(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text.slice(0, MAX_TEXT);
}

/** Kubernetes' own come as fields. */
function labelTexts(labels: Readonly<Record<string, string>>): string[] | null {
  const own = new Set<string>(Object.values(KUBERNETES_LABELS));
  const shown = Object.entries(labels).filter(([key]) => !own.has(key));
  if (shown.length === 0) return null;
  return shown.slice(0, MAX_LABELS).map(([key, value]) => `${key}=${value}`.slice(0, MAX_TEXT));
}
