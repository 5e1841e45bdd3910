import type { SourceStatus, TableStatus } from '../../wire/status.ts';
import type { Probe } from '../probe.ts';
import { programStatuses } from '../program-statuses.ts';

type Parts = Pick<Probe, 'nodeProcesses' | 'processSource'>;

export function processStatus({ nodeProcesses, processSource }: Parts): SourceStatus {
  const source = {
    name: 'processes',
    hook: 'raw_tp/sched_process_fork, sched_process_exec, sched_process_exit, mark_victim',
    programs: programStatuses(processSource.programs()),
  };
  const { refusal, oomRefusal } = processSource;
  if (refusal !== undefined) {
    const reason = `${refusal}; processes are found by looking every processIntervalMs, and those that live shorter are missed`;
    return { ...source, state: nodeProcesses.isReported ? 'degraded' : 'off', reason };
  }
  if (oomRefusal !== undefined) {
    const reason = `${oomRefusal}; a process that is killed for want of memory shows as killed by a signal`;
    return { ...source, state: 'degraded', reason };
  }
  if (nodeProcesses.isReported) return { ...source, state: 'on' };
  const reason =
    'not reported (processesEnabled): they tell of containers and of the executables of flows alone';
  return { ...source, state: 'on', reason };
}

export function processTables({ nodeProcesses }: Parts): TableStatus[] {
  const { maxProcesses: max, tracker } = nodeProcesses;
  const { living, livingEvicted, ended, endedEvicted } = tracker.counters;
  return [
    { name: 'processes', used: living, max, evicted: livingEvicted },
    { name: 'endedProcesses', used: ended, max, evicted: endedEvicted },
  ];
}

export function processLosses({ nodeProcesses, processSource }: Parts): Record<string, number> {
  const { startsUnseen, endsUnseen } = nodeProcesses.tracker.counters;
  return {
    ...processSource.losses(),
    processStartsUnseen: startsUnseen,
    processEndsUnseen: endsUnseen,
  };
}
