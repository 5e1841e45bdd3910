import { CONTAINERS } from '../../lib/filter/containers.ts';
import type { ContainerRecord } from '../../wire/container.ts';
import { CONTAINER_LAYOUT } from '../format/container-columns.ts';
import type { RecordsCommand } from './records.ts';

export const CONTAINERS_COMMAND: RecordsCommand<ContainerRecord> = {
  kind: 'container',
  summary: 'containers, what they use and how they ended',
  description: 'Shows the containers that there are and those that have stopped.',
  windows: { since: 'there', until: 'started' },
  set: CONTAINERS,
  layout: CONTAINER_LAYOUT,
  usual: { params: [], doc: 'all' },
  forms: { list: 'table', follow: 'compact' },
  examples: `  sysprobe containers --state running             those that run now
  sysprobe containers -f                          each start and stop as it happens
  sysprobe containers --crash-loop -o wide        what starts again and again, with its limits
  sysprobe containers --oom --since 1h            where memory ran out
  sysprobe containers --image 'nginx*'            by image`,
};
