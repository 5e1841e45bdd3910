import type { Metric } from '../server/metrics.ts';
import type { Container } from './container.ts';
import { KUBERNETES_LABELS } from './container.ts';
import type { NodeContainers } from './node-containers.ts';

/** Containers that have series of their own: those with the largest working set. */
const MAX_SHOWN = 256;

interface Family {
  kind: Metric['kind'];
  name: string;
  help: string;
  value(container: Container): number | undefined;
}

const seconds = (microseconds: number | undefined) =>
  microseconds === undefined ? undefined : microseconds / 1e6;

const FAMILIES: readonly Family[] = [
  {
    kind: 'counter',
    name: 'sysprobe_container_cpu_seconds_total',
    help: 'Processor time of a container.',
    value: ({ saturation }) => seconds(saturation?.cpu.usageUs),
  },
  {
    kind: 'counter',
    name: 'sysprobe_container_cpu_throttled_seconds_total',
    help: 'Time in which the limit held the tasks of a container.',
    value: ({ saturation }) => seconds(saturation?.cpu.throttledUs),
  },
  {
    kind: 'gauge',
    name: 'sysprobe_container_cpu_limit_cores',
    help: 'Processors that a container may use.',
    value: ({ saturation }) =>
      saturation?.cpu.limitMillicores === undefined ? undefined : saturation.cpu.limitMillicores / 1000,
  },
  {
    kind: 'gauge',
    name: 'sysprobe_container_memory_working_set_bytes',
    help: 'Memory of a container that cannot be given back.',
    value: ({ saturation }) => saturation?.memory.workingSetBytes,
  },
  {
    kind: 'gauge',
    name: 'sysprobe_container_memory_limit_bytes',
    help: 'Memory that a container may use.',
    value: ({ saturation }) => saturation?.memory.limitBytes,
  },
  {
    kind: 'counter',
    name: 'sysprobe_container_oom_kills_total',
    help: 'Processes of a container that the kernel killed for want of memory.',
    value: ({ saturation }) => saturation?.memory.oomKills,
  },
  {
    kind: 'counter',
    name: 'sysprobe_container_pressure_cpu_seconds_total',
    help: 'Time in which a task of a container waited for a processor.',
    value: ({ saturation }) => seconds(saturation?.pressure.cpuUs),
  },
  {
    kind: 'counter',
    name: 'sysprobe_container_pressure_memory_seconds_total',
    help: 'Time in which a task of a container waited for memory.',
    value: ({ saturation }) => seconds(saturation?.pressure.memoryUs),
  },
  {
    kind: 'counter',
    name: 'sysprobe_container_pressure_io_seconds_total',
    help: 'Time in which a task of a container waited for I/O.',
    value: ({ saturation }) => seconds(saturation?.pressure.ioUs),
  },
  {
    kind: 'gauge',
    name: 'sysprobe_container_tasks',
    help: 'Tasks of a container, of which a process has one for each thread.',
    value: ({ saturation }) => saturation?.pids.count,
  },
  {
    kind: 'gauge',
    name: 'sysprobe_container_restarts',
    help: 'Earlier lives of a container.',
    value: ({ settled, restarts }) => (settled ? restarts : undefined),
  },
];

/** The saturation of the containers that are reported, bounded: the others are counted and have no series. */
export function* containerMetrics(containers: NodeContainers): Generator<Metric> {
  const living = containers.reported().sort((a, b) => workingSet(b) - workingSet(a));
  const shown = living.slice(0, MAX_SHOWN).map((container) => ({ container, labels: labelsOf(container) }));
  for (const { kind, name, help, value } of FAMILIES) {
    const samples = shown.flatMap(({ container, labels }): Metric['samples'] => {
      const found = value(container);
      return found === undefined ? [] : [[found, labels]];
    });
    if (samples.length > 0) yield { kind, name, help, samples };
  }
  yield {
    kind: 'gauge',
    name: 'sysprobe_containers',
    help: 'Containers that run and are reported, with and without series of their own.',
    samples: [
      [shown.length, { series: 'own' }],
      [living.length - shown.length, { series: 'none' }],
    ],
  };
}

function labelsOf({ identity, info }: Container): Record<string, string> {
  const labels = info?.labels ?? {};
  return {
    container_id: identity.id,
    container: labels[KUBERNETES_LABELS.container] ?? info?.name ?? '',
    pod: labels[KUBERNETES_LABELS.pod] ?? '',
    namespace: labels[KUBERNETES_LABELS.namespace] ?? '',
  };
}

function workingSet({ saturation }: Container): number {
  return saturation?.memory.workingSetBytes ?? 0;
}
