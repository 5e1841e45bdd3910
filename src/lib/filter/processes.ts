import { constants } from 'node:os';
import { choice, comm, count, type Filter, filter, flag, glob, type Matcher } from './filter.ts';
import { ownerFilters } from './kubernetes.ts';
import { containerFilter, netns, type Owned } from './owner.ts';
import type { RecordSet } from './query.ts';
import { parseCount } from './values.ts';

/** What the filters read of a process; the wire's ProcessRecord is one. */
export interface Process extends Omit<Owned, 'process'> {
  pid: number;
  parentPid?: number | undefined;
  uid?: number | undefined;
  comm?: string | undefined;
  exe?: string | undefined;
  state: string;
  startedAt?: string | undefined;
  exitedAt?: string | undefined;
  exitCode?: number | undefined;
  signal?: number | undefined;
  oomKilled?: boolean | undefined;
}

export const signal: Matcher<number> = {
  allowed: 'the name of a signal, such as KILL or SIGSEGV, or its number',
  parse: (text) => {
    const name = text.toUpperCase().replace(/^(SIG)?/, 'SIG') as keyof typeof constants.signals;
    const number = Object.hasOwn(constants.signals, name) ? constants.signals[name] : parseCount(text, 64);
    return number === undefined ? undefined : (value) => value === number;
  },
};

export const EXIT_CODE = { name: 'exit-code', value: 'CODE', doc: 'exited with CODE' };

export const PROCESS_FILTERS: readonly Filter<Process>[] = [
  filter({ name: 'pid', value: 'PID', doc: 'process id on the host' }, count, ({ pid }) => pid),
  filter({ name: 'parent', value: 'PID', doc: 'children of PID' }, count, ({ parentPid }) => parentPid),
  filter(
    { name: 'comm', value: 'NAME', doc: 'name of the process, * stands for anything' },
    comm,
    (process) => process.comm,
  ),
  filter({ name: 'exe', value: 'PATH', doc: 'path of the executable' }, glob, ({ exe }) => exe),
  filter({ name: 'uid', value: 'UID', doc: 'user id' }, count, ({ uid }) => uid),
  containerFilter as Filter<Process>,
  choice({ name: 'state', doc: 'whether it still runs' }, ['running', 'exited'], (value, { state }) => {
    return state === value;
  }),
  filter(EXIT_CODE, count, ({ exitCode }) => exitCode),
  filter({ name: 'signal', value: 'SIGNAL', doc: 'ended by SIGNAL' }, signal, (process) => process.signal),
  flag({ name: 'oom', doc: 'killed by the kernel for want of memory' }, ({ oomKilled }) => oomKilled),
  netns as Filter<Process>,
  ...(ownerFilters as readonly Filter<Process>[]),
];

export const PROCESSES: RecordSet<Process> = {
  filters: PROCESS_FILTERS,
  begin: ({ startedAt }) => (startedAt === undefined ? undefined : Date.parse(startedAt)),
  end: ({ state, startedAt, exitedAt = startedAt }) =>
    state !== 'exited' || exitedAt === undefined ? undefined : Date.parse(exitedAt),
};
