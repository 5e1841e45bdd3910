import { comm, count, type Filter, filter, type Matcher } from './filter.ts';

import type { KubernetesNames } from './kubernetes.ts';

/** Who is behind a record. */
export interface Owned {
  netns?: number | undefined;
  process?: { pid?: number | undefined; comm?: string | undefined } | undefined;
  container?: { id?: string | undefined } | undefined;
  kubernetes?: KubernetesNames | undefined;
}

export const containerId: Matcher<string> = {
  allowed: 'the beginning of a container id, in hexadecimal digits',
  parse: (text) => (/^[0-9a-f]+$/.test(text) ? (id) => id.startsWith(text) : undefined),
};

export const CONTAINER = { name: 'container', value: 'ID', doc: 'container whose id begins with ID' };

export const netns: Filter<Owned> = filter(
  { name: 'netns', value: 'INODE', doc: 'network namespace, by inode' },
  count,
  (record) => record.netns,
);

/** Filters of the process behind a record. */
export const processFilters: readonly Filter<Owned>[] = [
  filter({ name: 'pid', value: 'PID', doc: 'process id on the host' }, count, ({ process }) => process?.pid),
  filter(
    { name: 'comm', value: 'NAME', doc: 'name of the process, * stands for anything' },
    comm,
    ({ process }) => process?.comm,
  ),
];

export const containerFilter: Filter<Owned> = filter(
  CONTAINER,
  containerId,
  ({ container }) => container?.id,
);
