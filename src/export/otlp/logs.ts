import { isServer } from '../labels.ts';
import { anyValue, attributes, nanoOf, unixNano } from './attributes.ts';
import type { LogRecord } from './messages.ts';

/** What is read of events, whatever they are of. Absent = not known. */
export interface LoggedEvent {
  /** Of the stream: `flow.closed`, `dns`, `process.exited`, … */
  type: string;
  [field: string]: unknown;
}

type Attributes = Parameters<typeof attributes>[0];

/** A field of an event by its path; undefined unless it is text, a number or a boolean. */
type Read = (path: string) => string | number | boolean | undefined;

const INFO = { severityNumber: 9, severityText: 'INFO' } as const;
const WARN = { severityNumber: 13, severityText: 'WARN' } as const;

/** The event with the names of the semantic conventions. */
export function logOf(event: LoggedEvent, nowMs: number): LogRecord {
  const read = reader(event);
  const { time, more, bad, body } = describe(event, read);
  const at = unixNano(time);
  return {
    ...(at !== undefined && { timeUnixNano: at }),
    observedTimeUnixNano: nanoOf(nowMs),
    ...(bad ? WARN : INFO),
    body: anyValue(body),
    attributes: attributes({ ...ownerOf(read), ...more }),
    eventName: `sysprobe.${event.type}`,
  };
}

interface Described {
  time: string | undefined;
  more: Attributes;
  /** Whether it is what one looks for when something does not work. */
  bad: boolean;
  /** One line for a person. */
  body: string;
}

function describe(event: LoggedEvent, read: Read): Described {
  const [kind] = event.type.split('.');
  if (kind === 'flow') return flow(event, read);
  if (kind === 'dns') return dns(event, read);
  return kind === 'container' ? container(event, read) : process(event, read);
}

function flow(event: LoggedEvent, read: Read): Described {
  const failure = read('failure');
  const [client, server] = isServer(event as { role?: string; direction?: string })
    ? ['dest', 'source']
    : ['source', 'dest'];
  const called = text(read(`${server}.domain`) ?? read(`${server}.ip`));
  const outcome = failure ?? event.type.slice('flow.'.length);
  return {
    time: text(read('closedAt') ?? read('lastSeenAt') ?? read('openedAt')),
    bad: failure !== undefined,
    body: `${read('protocol')} ${read(`${client}.ip`)}:${read(`${client}.port`)} -> ${called}:${read(`${server}.port`)} ${outcome}`,
    more: {
      'network.transport': read('protocol'),
      'network.type': read('family'),
      'network.connection.state': read('state'),
      'source.address': read('source.ip'),
      'source.port': read('source.port'),
      'destination.address': read('dest.ip'),
      'destination.port': read('dest.port'),
      'client.address': text(read(`${client}.domain`) ?? read(`${client}.ip`)),
      'client.port': read(`${client}.port`),
      'server.address': called,
      'server.port': read(`${server}.port`),
      'service.peer.name': read('dest.kubernetes.workload.name'),
      'service.peer.namespace': read('dest.kubernetes.namespace'),
      'error.type': failure,
      'sysprobe.flow.id': read('id'),
      'sysprobe.flow.direction': read('direction'),
      'sysprobe.flow.role': read('role'),
      'sysprobe.flow.sent.bytes': read('sent.bytes'),
      'sysprobe.flow.received.bytes': read('received.bytes'),
      'sysprobe.flow.sent.packets': read('sent.packets'),
      'sysprobe.flow.received.packets': read('received.packets'),
      'sysprobe.flow.retransmits': read('retransmits'),
      'sysprobe.flow.rtt': seconds(read('rttUs'), 1e6),
      'sysprobe.flow.connect': seconds(read('connectUs'), 1e6),
      'sysprobe.flow.duration': seconds(read('durationNs'), 1e9),
    },
  };
}

function dns(event: LoggedEvent, read: Read): Described {
  const timedOut = read('outcome') === 'timeout';
  const result = timedOut ? 'timeout' : text(read('rcode'));
  const bad = result !== 'NOERROR';
  const answers = Array.isArray(event.answers) ? event.answers : [];
  return {
    time: text(read('askedAt')),
    bad,
    body: `${read('question.name')} ${read('question.type')} ${result ?? 'answered'}`,
    more: {
      'dns.question.name': read('question.name'),
      'sysprobe.dns.question.type': read('question.type'),
      'dns.answers': answers.map((answer: { data?: unknown }) => String(answer?.data)),
      'network.transport': read('transport'),
      'server.address': read('server.ip'),
      'server.port': read('server.port'),
      'error.type': bad ? result : undefined,
      'sysprobe.dns.result': result,
      'sysprobe.dns.duration': seconds(read('latencyUs'), 1e6),
      'sysprobe.dns.retries': read('retries'),
    },
  };
}

function process(event: LoggedEvent, read: Read): Described {
  const bad = event.type === 'oom' || isFailure(read);
  return {
    time: text(read('exitedAt') ?? read('startedAt')),
    bad,
    body: `${read('comm') ?? 'process'}[${read('pid')}] ${ending(event, read)}`,
    more: {
      'process.pid': read('pid'),
      'process.parent_pid': read('parentPid'),
      'process.vpid': read('namespacePid'),
      'process.user.id': read('uid'),
      'process.executable.name': read('comm'),
      'process.executable.path': read('exe'),
      'process.command_args': Array.isArray(event.args) ? event.args.map(String) : undefined,
      'process.creation.time': read('startedAt'),
      'process.exit.code': read('exitCode'),
      'process.exit.time': read('exitedAt'),
      'sysprobe.process.signal': read('signal'),
      'sysprobe.process.oom_killed': read('oomKilled'),
    },
  };
}

function container(event: LoggedEvent, read: Read): Described {
  const name = read('name') ?? text(read('id'))?.slice(0, 12);
  return {
    time: text(read('stoppedAt') ?? read('startedAt') ?? read('createdAt')),
    bad: isFailure(read) || read('crashLoop') === true,
    body: `${name} ${ending(event, read)}`,
    more: {
      'container.id': read('id'),
      'container.name': read('name'),
      'container.image.name': read('image'),
      'container.runtime.name': read('runtime'),
      'k8s.container.restart_count': read('restarts'),
      'sysprobe.container.exit.code': read('exitCode'),
      'sysprobe.container.signal': read('signal'),
      'sysprobe.container.oom_killed': read('oomKilled'),
      'sysprobe.container.crash_loop': read('crashLoop'),
    },
  };
}

function ownerOf(read: Read): Attributes {
  const kind = text(read('kubernetes.workload.kind'))?.toLowerCase();
  return {
    'process.pid': read('process.pid'),
    'process.executable.name': read('process.comm'),
    'process.executable.path': read('process.exe'),
    'process.linux.cgroup': read('cgroup.path'),
    'container.id': read('container.id'),
    'container.runtime.name': read('container.runtime'),
    'k8s.namespace.name': read('kubernetes.namespace'),
    'k8s.pod.name': read('kubernetes.pod'),
    'k8s.pod.uid': read('kubernetes.podUid'),
    'k8s.container.name': read('kubernetes.container'),
    'k8s.node.name': read('kubernetes.node'),
    ...(kind !== undefined && { [`k8s.${kind}.name`]: read('kubernetes.workload.name') }),
  };
}

function ending({ type }: LoggedEvent, read: Read): string {
  const what = type.split('.').pop() ?? type;
  if (read('signal') !== undefined) return `${what}, signal ${read('signal')}`;
  return read('exitCode') === undefined ? what : `${what}, code ${read('exitCode')}`;
}

function isFailure(read: Read): boolean {
  return (read('exitCode') ?? 0) !== 0 || read('signal') !== undefined || read('oomKilled') === true;
}

function reader(event: object): Read {
  return (path) => {
    let value: unknown = event;
    for (const key of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[key];
    const type = typeof value;
    return type === 'string' || type === 'number' || type === 'boolean'
      ? (value as string | number | boolean)
      : undefined;
  };
}

function text(value: ReturnType<Read>): string | undefined {
  return value === undefined ? undefined : String(value);
}

function seconds(value: ReturnType<Read>, perSecond: number): number | undefined {
  return typeof value === 'number' ? value / perSecond : undefined;
}
