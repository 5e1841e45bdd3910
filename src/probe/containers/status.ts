import type { NodeSaturation, SourceStatus, TableStatus } from '../../wire/status.ts';
import { formatTime } from '../../wire/time.ts';
import type { Probe } from '../probe.ts';
import type { RuntimeSocketStatus } from '../runtimes/runtime-socket.ts';

type Parts = Pick<Probe, 'nodeContainers' | 'cgroups' | 'sampler' | 'layout' | 'clock'>;

export function containerSources({ nodeContainers, cgroups, layout, sampler }: Parts): SourceStatus[] {
  const { names, seesProcesses } = nodeContainers;
  const lives = { name: 'containers', hook: seesProcesses ? 'cgroups, processes' : 'cgroups', programs: [] };
  const unseen =
    cgroups.refusal !== undefined
      ? 'a container is found only by looking for its cgroup, so one that lives for a moment is missed'
      : 'processes are not observed, so the exit codes of containers are not known';
  const isWhole = cgroups.refusal === undefined && seesProcesses;
  const saturation = { name: 'saturation', hook: `cgroup ${layout.version}`, programs: [] };
  const sockets = names.sockets().filter(({ state }) => state !== 'absent');
  return [
    isWhole ? { ...lives, state: 'on' } : { ...lives, state: 'degraded', reason: unseen },
    ...sockets.map(runtimeSource),
    ...(sockets.length === 0 ? [noRuntime()] : []),
    sampler.node === undefined || layout.version === 'none'
      ? { ...saturation, state: 'off', reason: 'no cgroup hierarchy is mounted below cgroupRoot' }
      : { ...saturation, state: 'on' },
  ];
}

function runtimeSource({ path, api, state, reason }: RuntimeSocketStatus): SourceStatus {
  const source = { name: `runtime ${path}`, hook: api === 'cri' ? 'CRI' : 'Docker API', programs: [] };
  if (state === 'on') return { ...source, state: 'on' };
  const costs = `${reason}; its containers are reported under their ids until it answers`;
  return { ...source, state: 'degraded', reason: costs };
}

function noRuntime(): SourceStatus {
  const reason = 'no socket of a container runtime is there: containers are reported under their ids';
  return { name: 'runtime', state: 'off', reason, programs: [] };
}

export function containerTables({ nodeContainers }: Parts): TableStatus[] {
  const { maxContainers: max, tracker, gate } = nodeContainers;
  const { living, livingEvicted, ended, endedEvicted, workloads, workloadsEvicted } = tracker.counters;
  const held = gate?.counters;
  return [
    { name: 'containers', used: living, max, evicted: livingEvicted },
    { name: 'endedContainers', used: ended, max, evicted: endedEvicted },
    { name: 'containerWorkloads', used: workloads, max: 2 * max, evicted: workloadsEvicted },
    ...(held === undefined
      ? []
      : [{ name: 'eventsBeforeName', used: held.held, max: held.maxHeld, evicted: held.dropped }]),
  ];
}

/** What was not seen of containers, or not reported because it was not to be. */
export function containerLosses({ nodeContainers }: Parts): Record<string, number> {
  const { tracker, names, gate } = nodeContainers;
  const { unnamed, skipped } = names.counters;
  return {
    containerEndsUnseen: tracker.counters.endsUnseen,
    containersUnnamed: unnamed + skipped,
    runtimeFailures: names.sockets().reduce((sum, { failures }) => sum + failures, 0),
    eventsExcluded: gate?.counters.excluded ?? 0,
    eventsDroppedBeforeName: gate?.counters.dropped ?? 0,
  };
}

export function nodeSaturation({ sampler, clock }: Parts): NodeSaturation | undefined {
  if (sampler.node === undefined) return undefined;
  const { atNs, ...node } = sampler.node;
  return { sampledAt: formatTime(clock.epochNs(atNs)), ...node };
}
