import { choice, count, type Filter, filter, filterAny, flag, glob, type Matcher } from './filter.ts';
import { type KubernetesNames, ownerFilters } from './kubernetes.ts';
import { containerId } from './owner.ts';
import { EXIT_CODE } from './processes.ts';
import type { RecordSet } from './query.ts';

/** What the filters read of a container; the wire's ContainerRecord is one. */
export interface Container {
  id: string;
  runtime?: string | undefined;
  name?: string | undefined;
  image?: string | undefined;
  labels?: readonly string[] | undefined;
  kubernetes?: KubernetesNames | undefined;
  state: string;
  createdAt?: string | undefined;
  startedAt?: string | undefined;
  stoppedAt?: string | undefined;
  exitCode?: number | undefined;
  oomKilled?: boolean | undefined;
  crashLoop?: boolean | undefined;
}

const idOrName: Matcher<Container> = {
  allowed: 'the beginning of a container id, or a name, in which * stands for anything',
  parse: (text) => {
    const isId = containerId.parse(text);
    const isName = glob.parse(text);
    return isName && (({ id, name }) => isId?.(id) === true || (name !== undefined && isName(name)));
  },
};

/** Of pod and namespace the container's runtime knows too, of the workload Kubernetes alone. */
const podFilters: readonly Filter<Container>[] = ownerFilters
  .filter(({ name }) => name !== 'label')
  .map((each) => ({ ...each, kubernetes: each.name === 'workload' }));

export const CONTAINER_FILTERS: readonly Filter<Container>[] = [
  filter(
    { name: 'container', value: 'ID', doc: 'container whose id begins with ID, or of that name' },
    idOrName,
    (container) => container,
  ),
  filter({ name: 'image', value: 'NAME', doc: 'image, * stands for anything' }, glob, ({ image }) => image),
  filter({ name: 'runtime', value: 'NAME', doc: 'container runtime' }, glob, ({ runtime }) => runtime),
  choice({ name: 'state', doc: 'whether it runs' }, ['created', 'running', 'exited'], (value, { state }) => {
    return state === value;
  }),
  filter(EXIT_CODE, count, ({ exitCode }) => exitCode),
  flag(
    { name: 'oom', doc: 'the kernel killed a process of it for want of memory' },
    ({ oomKilled }) => oomKilled,
  ),
  flag({ name: 'crash-loop', doc: 'starts again and again and fails' }, ({ crashLoop }) => crashLoop),
  ...podFilters,
  filterAny(
    { name: 'label', value: 'KEY=VALUE', doc: 'label, * stands for anything' },
    glob,
    ({ labels = [] }) => labels,
  ),
];

const begin = ({ createdAt, startedAt = createdAt }: Container) =>
  startedAt === undefined ? undefined : Date.parse(startedAt);

export const CONTAINERS: RecordSet<Container> = {
  filters: CONTAINER_FILTERS,
  begin,
  end: (container) => {
    if (container.state !== 'exited') return undefined;
    return container.stoppedAt === undefined ? begin(container) : Date.parse(container.stoppedAt);
  },
};
