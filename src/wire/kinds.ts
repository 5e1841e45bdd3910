import { type Codec, compileCodec } from './codec.ts';
import { CONTAINER_FIELDS, type ContainerRecord } from './container.ts';
import { DNS_FIELDS, type DnsRecord } from './dns.ts';
import type { FlowRecord } from './flow.ts';
import { EVENT_TYPES, type EventType } from './messages.ts';
import { PROCESS_FIELDS, type ProcessRecord } from './process.ts';
import { FLOW_CODEC } from './rows.ts';

/** What there are records of. */
export interface Records {
  flow: FlowRecord;
  dns: DnsRecord;
  process: ProcessRecord;
  container: ContainerRecord;
}

export type RecordKind = keyof Records;

export const RECORD_KINDS = ['flow', 'dns', 'process', 'container'] as const satisfies readonly RecordKind[];

export const CODECS: { readonly [Kind in RecordKind]: Codec<Records[Kind]> } = {
  flow: FLOW_CODEC,
  dns: compileCodec<DnsRecord>(DNS_FIELDS, {
    kind: 'a DNS transaction',
    required: ['id', 'question.name', 'question.type', 'outcome'],
  }),
  process: compileCodec<ProcessRecord>(PROCESS_FIELDS, {
    kind: 'a process',
    required: ['id', 'pid', 'state'],
  }),
  container: compileCodec<ContainerRecord>(CONTAINER_FIELDS, {
    kind: 'a container',
    required: ['id', 'state'],
  }),
};

/** Of which kind the record of an event is. */
export const EVENT_KINDS: { readonly [Type in EventType]: RecordKind } = {
  'flow.opened': 'flow',
  'flow.updated': 'flow',
  'flow.closed': 'flow',
  dns: 'dns',
  'process.started': 'process',
  'process.exited': 'process',
  'container.started': 'container',
  'container.stopped': 'container',
  oom: 'process',
};

/** What the records of a kind are called together: the path, the type of the message and its key. */
export const PLURALS = {
  flow: 'flows',
  dns: 'dns',
  process: 'processes',
  container: 'containers',
} as const satisfies Record<RecordKind, string>;

/** The kinds of the events of a stream, by their place in its hello; undefined for those of a later version. */
export function kindsOf(events: readonly string[]): (RecordKind | undefined)[] {
  const known: ReadonlySet<string> = new Set(EVENT_TYPES);
  return events.map((type) => (known.has(type) ? EVENT_KINDS[type as EventType] : undefined));
}

/** The order of the rows of each kind, as a hello gives it. */
export function fieldNames(): Record<RecordKind, string[]> {
  return {
    flow: [...CODECS.flow.names],
    dns: [...CODECS.dns.names],
    process: [...CODECS.process.names],
    container: [...CODECS.container.names],
  };
}
