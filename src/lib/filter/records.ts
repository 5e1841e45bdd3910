import { CONTAINERS } from './containers.ts';
import { DNS } from './dns.ts';
import { choice, comm, count, type Filter, filter } from './filter.ts';
import { FLOWS } from './flows.ts';
import { CONTAINER, containerId } from './owner.ts';
import { PROCESSES } from './processes.ts';
import type { RecordSet } from './query.ts';

/** What can be asked for of each kind. */
export const RECORD_SETS = { flow: FLOWS, dns: DNS, process: PROCESSES, container: CONTAINERS } as const;

export type RecordKind = keyof typeof RECORD_SETS;

/** A record of whatever kind. */
export type AnyRecord = {
  [Kind in RecordKind]: {
    kind: Kind;
    record: (typeof RECORD_SETS)[Kind] extends RecordSet<infer T> ? T : never;
  };
}[RecordKind];

const KINDS = Object.keys(RECORD_SETS);

/** Filters of what all kinds have. */
export const EVENT_FILTERS: readonly Filter<AnyRecord>[] = [
  choice({ name: 'kind', doc: 'what happened to: a flow, a process …' }, KINDS, (value, { kind }) => {
    return kind === value;
  }),
  filter(CONTAINER, containerId, ({ kind, record }) =>
    kind === 'container' ? record.id : record.container?.id,
  ),
  filter({ name: 'pid', value: 'PID', doc: 'process id on the host' }, count, ({ kind, record }) => {
    if (kind === 'process') return record.pid;
    return kind === 'container' ? undefined : record.process?.pid;
  }),
  filter(
    { name: 'comm', value: 'NAME', doc: 'name of the process, * stands for anything' },
    comm,
    ({ kind, record }) => {
      if (kind === 'process') return record.comm;
      return kind === 'container' ? undefined : record.process?.comm;
    },
  ),
];

export const EVENTS: RecordSet<AnyRecord> = {
  filters: EVENT_FILTERS,
  begin: (any) => setOf(any).begin(any.record),
  end: (any) => setOf(any).end(any.record),
};

function setOf({ kind }: AnyRecord): RecordSet<AnyRecord['record']> {
  return RECORD_SETS[kind] as RecordSet<AnyRecord['record']>;
}

/** The queries of one kind, as queries of records of whatever kind: for lists of that kind alone. */
export function recordSet(kind: RecordKind): RecordSet<AnyRecord> {
  const { filters, begin, end } = RECORD_SETS[kind] as RecordSet<AnyRecord['record']>;
  return {
    filters: filters.map((each) => ({
      ...each,
      compile: (text) => {
        const matches = each.compile(text);
        return matches && (({ record }) => matches(record));
      },
    })),
    begin: ({ record }) => begin(record),
    end: ({ record }) => end(record),
  };
}
