import { PROCESSES } from '../../lib/filter/processes.ts';
import { PROCESS_LAYOUT, type ShownProcess } from '../format/process-columns.ts';
import { processTree } from '../format/process-tree.ts';
import type { RecordsCommand } from './records.ts';

export const PROCESSES_COMMAND: RecordsCommand<ShownProcess> = {
  kind: 'process',
  summary: 'processes, with their containers and how they ended',
  description: 'Shows the processes that run and, when selected, those that have exited.',
  windows: { since: 'there', until: 'started' },
  set: PROCESSES,
  layout: PROCESS_LAYOUT,
  usual: {
    params: [['state', 'running']],
    doc: 'all that run',
    unless: ['state', 'exit-code', 'signal', 'oom'],
  },
  forms: { list: 'table', follow: 'compact' },
  tree: processTree,
  examples: `  sysprobe processes -o tree                      below their parents
  sysprobe processes -f                           each start and exit as it happens
  sysprobe processes --state exited --last 10     the last ten that ended
  sysprobe processes --oom --since 1h             what the kernel killed for want of memory
  sysprobe processes --container ab12cd34ef56     what runs in one container`,
};
