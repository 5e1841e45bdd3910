import type { ContainerRecord } from '../../wire/container.ts';
import { containerId, podName, processName } from '../format/cells.ts';
import { printable } from '../format/terminal.ts';
import type { TopFlow } from './flow-book.ts';

export const TOP_GROUPS = ['container', 'process', 'peer', 'domain', 'pod', 'workload', 'namespace'] as const;

/** What a line of the table stands for. */
export type TopGroup = (typeof TOP_GROUPS)[number];

export interface Named {
  /** The same for all that belong together. */
  key: string;
  name: string;
}

/** What is known of containers, by their id. */
export type Containers = ReadonlyMap<string, ContainerRecord>;

const NOT_KNOWN: Named = { key: '', name: '-' };

/** What a flow belongs to; `-` where that is not known. */
export function groupOf(flow: TopFlow, group: TopGroup, containers: Containers): Named {
  switch (group) {
    case 'container':
      return containerOf(flow, containers);
    case 'process':
      return named(`${flow.process?.pid} ${flow.process?.comm}`, processName(flow.process));
    case 'peer':
      return named(flow.dest.ip, flow.dest.domain ?? flow.dest.ip);
    case 'domain':
      return named(flow.dest.domain);
    case 'pod':
      return named(podName(kubernetesOf(flow, containers)));
    case 'workload': {
      const { workload, namespace = '' } = flow.kubernetes ?? {};
      return named(workload && `${namespace}/${workload.name} (${workload.kind})`);
    }
    case 'namespace':
      return named(kubernetesOf(flow, containers).kubernetes?.namespace);
  }
}

/** The line of a container that need not have flows. */
export function containerGroup(container: ContainerRecord, group: TopGroup): Named | undefined {
  switch (group) {
    case 'container':
      return named(container.id, containerName(container));
    case 'pod':
      return container.kubernetes?.pod === undefined ? undefined : named(podName(container));
    case 'namespace':
      return container.kubernetes?.namespace === undefined
        ? undefined
        : named(container.kubernetes.namespace);
    default:
      return undefined;
  }
}

function containerOf({ container }: TopFlow, containers: Containers): Named {
  if (container?.id === undefined) return { key: '', name: 'host' };
  const known = containers.get(container.id);
  return named(container.id, known ? containerName(known) : containerId(container.id, false));
}

function containerName({ id, name, kubernetes }: ContainerRecord): string {
  if (kubernetes?.pod !== undefined) {
    return `${kubernetes.namespace ?? ''}/${kubernetes.pod}/${kubernetes.container ?? name ?? ''}`;
  }
  return name ?? containerId(id, false);
}

/** The agent names the pod; the labels that the container's runtime has do so without one. */
function kubernetesOf(flow: TopFlow, containers: Containers): Pick<TopFlow, 'kubernetes'> {
  if (flow.kubernetes) return flow;
  const known = containers.get(flow.container?.id ?? '')?.kubernetes;
  return known ? { kubernetes: known } : {};
}

function named(key: string | undefined, name = key): Named {
  return key === undefined || name === undefined ? NOT_KNOWN : { key, name: printable(name) };
}
