import type { NodeContainers } from '../containers/node-containers.ts';
import type { HostConfig } from '../host-folders.ts';
import type { CgroupMounts } from '../owners/cgroup-mounts.ts';
import type { Probe } from '../probe.ts';
import { ProcReader } from './existing.ts';
import { NodeProcesses } from './node-processes.ts';
import { Redactor } from './redact.ts';

export interface ProcessesSetUp {
  config: HostConfig;
  mounts: CgroupMounts;
  containers: NodeContainers;
}

export function nodeProcesses(
  { processSource, clock, bootId, owners }: Pick<Probe, 'processSource' | 'clock' | 'bootId' | 'owners'>,
  { config, mounts, containers }: ProcessesSetUp,
): NodeProcesses {
  const { procRoot, maxProcesses, processesEnabled: isReported, processArgs, sensitiveWords } = config;
  const redactor = new Redactor(sensitiveWords);
  const showArgs =
    processArgs === 'whole' ? (args: string[]) => args : (args: string[]) => redactor.redact(args);
  const isShown = isReported && processArgs !== 'none';
  return new NodeProcesses({
    isReported,
    maxProcesses,
    procRoot,
    reader: new ProcReader({ procRoot, mounts, showArgs: isShown ? showArgs : undefined }),
    showArgs,
    source: processSource,
    clock,
    bootId,
    owners,
    containers,
    catchUp: () => owners.catchUp(),
  });
}
