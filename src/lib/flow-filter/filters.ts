import { parseCidr } from './cidr.ts';
import { clientSide, type Flow, type Side, serverSide } from './flow.ts';
import { parseBytes, parseCount, parseDuration, parseGlob, parsePorts } from './values.ts';

/** One filter of flows: the query parameter, the CLI option, its help and its documentation come from here. */
export interface FlowFilter {
  name: string;
  /** What the help calls the value, e.g. `CIDR`. */
  value: string;
  doc: string;
  /** What a value may be: the choices themselves when `choice`, else a description. */
  allowed: readonly string[];
  choice: boolean;
  /** The value that the bare name stands for. */
  implied?: string;
  /** Accepted by name, but answered only by a server that knows the objects of Kubernetes. */
  kubernetes: boolean;
  /** Undefined when `text` is not a value of this filter. */
  compile(text: string): FlowTest | undefined;
}

export type FlowTest = (flow: Flow) => boolean;
type EndTest = (flow: Flow, side: Side) => boolean;

const CHOICES = {
  protocol: ['tcp', 'udp'],
  state: [
    'active',
    'established',
    'syn_sent',
    'syn_recv',
    'fin_wait1',
    'fin_wait2',
    'close_wait',
    'last_ack',
    'closing',
    'closed',
  ],
  direction: ['outgoing', 'incoming', 'local'],
  failure: ['any', 'refused', 'timeout', 'reset', 'host_unreachable', 'net_unreachable', 'other'],
  family: ['ipv4', 'ipv6', '4', '6'],
} as const;

const COUNT = 'a whole number';
const GLOB = 'a name, in which * stands for anything';

export const FLOW_FILTERS: readonly FlowFilter[] = [
  ...ends({
    name: 'ip',
    value: 'CIDR',
    doc: 'address or network, also behind NAT',
    allowed: 'an address or a network such as 10.0.0.0/8 or fd00::/8',
    compile: onEnd(parseCidr, (inside, end) => inside(end.ip)),
  }),
  ...ends({
    name: 'port',
    value: 'PORT',
    doc: 'port or range of ports, also behind NAT',
    allowed: 'a port from 0 to 65535, or a range such as 8000-8999',
    compile: onEnd(parsePorts, ([first, last], end) => end.port >= first && end.port <= last),
  }),
  ...ends({
    name: 'domain',
    value: 'NAME',
    doc: 'domain name that the address was looked up by; *.example.com for all below',
    allowed: GLOB,
    compile: onEnd(
      (text) => parseGlob(bareDomain(text)),
      (matches, end) => end.domain !== undefined && matches(bareDomain(end.domain)),
    ),
  }),
  ...ends({
    name: 'container',
    value: 'ID',
    doc: 'container whose id begins with ID',
    allowed: 'the beginning of a container id, in hexadecimal digits',
    compile: (text) => {
      if (!/^[0-9a-f]+$/.test(text)) return undefined;
      return (flow, side) => side === 'source' && flow.container?.id?.startsWith(text) === true;
    },
  }),
  filter({
    name: 'netns',
    value: 'INODE',
    doc: 'network namespace, by inode',
    allowed: COUNT,
    compile: equal(parseCount, (flow) => flow.netns),
  }),
  choice('protocol', 'transport protocol', (value, flow) => flow.protocol === value),
  filter({
    name: 'pid',
    value: 'PID',
    doc: 'process id on the host',
    allowed: COUNT,
    compile: equal(parseCount, (flow) => flow.process?.pid),
  }),
  filter({
    name: 'comm',
    value: 'NAME',
    doc: 'name of the process, * stands for anything',
    allowed: GLOB,
    compile: (text) => {
      const matches = parseGlob(asKernelComm(text));
      return matches && (({ process }) => process?.comm !== undefined && matches(process.comm));
    },
  }),
  choice('state', 'state of the connection; active = not closed', (value, flow) =>
    value === 'active' ? flow.state !== 'closed' : flow.state === value,
  ),
  choice('direction', 'who opened it; a local connection is also outgoing or incoming', matchDirection),
  {
    ...choice('failure', 'connections that failed, for REASON or for any', (value, flow) =>
      value === 'any' ? flow.failure !== undefined : flow.failure === value,
    ),
    value: 'REASON',
    implied: 'any',
  },
  filter({
    name: 'min-bytes',
    value: 'SIZE',
    doc: 'at least SIZE sent and received together',
    allowed: 'a size such as 1500, 10k, 1M or 2GiB',
    compile: (text) => {
      const least = parseBytes(text);
      return least === undefined ? undefined : ({ sent, received }) => sent.bytes + received.bytes >= least;
    },
  }),
  filter({
    name: 'rtt-over',
    value: 'TIME',
    doc: 'round-trip time over TIME',
    allowed: 'a time such as 500us, 10ms or 1.5s',
    compile: (text) => {
      const seconds = parseDuration(text);
      return seconds === undefined
        ? undefined
        : ({ rttUs }) => rttUs !== undefined && rttUs > seconds * 1_000_000;
    },
  }),
  choice('family', 'address family', (value, flow) => flow.family === value || flow.family === `ipv${value}`),
  ...['pod', 'namespace', 'workload', 'service', 'label'].flatMap((name) =>
    ends({
      name,
      value: name === 'label' ? 'KEY=VALUE' : 'NAME',
      doc: `${name} of Kubernetes`,
      allowed: GLOB,
      kubernetes: true,
      compile: () => undefined,
    }),
  ),
];

interface Definition<T> {
  name: string;
  value: string;
  doc: string;
  allowed: string;
  kubernetes?: boolean;
  compile: (text: string) => T | undefined;
}

function filter({ allowed, ...definition }: Definition<FlowTest>): FlowFilter {
  return { kubernetes: false, ...definition, allowed: [allowed], choice: false };
}

/** A filter of either end, and the same for the end that opened the connection and the one that accepted it. */
function ends({ compile, ...definition }: Definition<EndTest>): FlowFilter[] {
  const { name, doc } = definition;
  const either = (test: EndTest): FlowTest => {
    return (flow) => test(flow, 'source') || test(flow, 'dest');
  };
  const variant = (prefix: string, suffix: string, scope: (test: EndTest) => FlowTest): FlowFilter =>
    filter({
      ...definition,
      name: prefix + name,
      doc: doc + suffix,
      compile: (text) => {
        const test = compile(text);
        return test && scope(test);
      },
    });
  return [
    variant('', '', either),
    variant('from-', ', of the client', (test) => (flow) => test(flow, clientSide(flow))),
    variant('to-', ', of the server', (test) => (flow) => test(flow, serverSide(flow))),
  ];
}

function choice(
  name: keyof typeof CHOICES,
  doc: string,
  matches: (value: string, flow: Flow) => boolean,
): FlowFilter {
  const allowed: readonly string[] = CHOICES[name];
  return {
    name,
    value: name.toUpperCase(),
    doc,
    allowed,
    choice: true,
    kubernetes: false,
    compile: (text) => (allowed.includes(text) ? (flow) => matches(text, flow) : undefined),
  };
}

/** Tests an end as the socket sees it and, where NAT changed it, as it is behind the translation. */
function onEnd<T>(
  parse: (text: string) => T | undefined,
  matches: (value: T, end: Flow['source']) => boolean,
): (text: string) => EndTest | undefined {
  return (text) => {
    const value = parse(text);
    if (value === undefined) return undefined;
    return (flow, side) => {
      const behind = flow.translated?.[side];
      return matches(value, flow[side]) || (behind !== undefined && matches(value, behind));
    };
  };
}

function equal<T>(
  parse: (text: string) => T | undefined,
  read: (flow: Flow) => T | undefined,
): (text: string) => FlowTest | undefined {
  return (text) => {
    const value = parse(text);
    return value === undefined ? undefined : (flow) => read(flow) === value;
  };
}

function matchDirection(value: string, flow: Flow): boolean {
  if (flow.direction === value) return true;
  return (value === 'outgoing' && flow.role === 'client') || (value === 'incoming' && flow.role === 'server');
}

function bareDomain(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

/** The kernel keeps 15 bytes of a name; a longer one would never match. */
function asKernelComm(text: string): string {
  return text.includes('*') ? text : Buffer.from(text).subarray(0, 15).toString();
}
