import {
  address,
  choice,
  type Definition,
  domain,
  type Filter,
  family,
  filter,
  longerThan,
  type Matcher,
  port,
  type Test,
} from './filter.ts';
import { clientSide, type Flow, type FlowEnd, lastActivity, type Side, serverSide } from './flow-record.ts';
import { KUBERNETES_FILTERS } from './kubernetes.ts';
import { CONTAINER, containerId, netns, processFilters } from './owner.ts';
import { parseQuery, type Query, type RecordSet } from './query.ts';
import { parseBytes } from './values.ts';

export type FlowFilter = Filter<Flow>;
export type FlowQuery = Query<Flow>;
type EndTest = (flow: Flow, side: Side) => boolean;

const STATES = [
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
];
const FAILURES = ['any', 'refused', 'timeout', 'reset', 'host_unreachable', 'net_unreachable', 'other'];

const size: Matcher<number> = {
  allowed: 'a size such as 1500, 10k, 1M or 2GiB',
  parse: (text) => {
    const least = parseBytes(text);
    return least === undefined ? undefined : (bytes) => bytes >= least;
  },
};

export const FLOW_FILTERS: readonly FlowFilter[] = [
  ...ends(
    { name: 'ip', value: 'CIDR', doc: 'address or network, also behind NAT' },
    address.allowed,
    onEnd(address, ({ ip }) => ip),
  ),
  ...ends(
    { name: 'port', value: 'PORT', doc: 'port or range of ports, also behind NAT' },
    port.allowed,
    onEnd(port, (end) => end.port),
  ),
  ...ends(
    {
      name: 'domain',
      value: 'NAME',
      doc: 'domain name that the address was looked up by; *.example.com for all below',
    },
    domain.allowed,
    onEnd(domain, (end) => end.domain),
  ),
  ...ends(CONTAINER, containerId.allowed, (text) => {
    const matches = containerId.parse(text);
    return (
      matches &&
      (({ container }, side) => side === 'source' && container?.id !== undefined && matches(container.id))
    );
  }),
  netns,
  choice({ name: 'protocol', doc: 'transport protocol' }, ['tcp', 'udp'], (value, flow) => {
    return flow.protocol === value;
  }),
  ...processFilters,
  choice(
    { name: 'state', doc: 'state of the connection; active = not closed' },
    STATES,
    (value, { state }) => (value === 'active' ? state !== 'closed' : state === value),
  ),
  choice(
    { name: 'direction', doc: 'who opened it; a local connection is also outgoing or incoming' },
    ['outgoing', 'incoming', 'local'],
    matchDirection,
  ),
  choice(
    {
      name: 'failure',
      value: 'REASON',
      doc: 'connections that failed, for REASON or for any',
      implied: 'any',
    },
    FAILURES,
    (value, { failure }) => (value === 'any' ? failure !== undefined : failure === value),
  ),
  filter(
    { name: 'min-bytes', value: 'SIZE', doc: 'at least SIZE sent and received together' },
    size,
    ({ sent, received }) => sent.bytes + received.bytes,
  ),
  filter(
    { name: 'rtt-over', value: 'TIME', doc: 'round-trip time over TIME' },
    longerThan,
    ({ rttUs }) => rttUs,
  ),
  family('address family', (flow) => flow.family),
  ...KUBERNETES_FILTERS.flatMap(({ matcher, ...definition }) =>
    ends(definition, matcher.allowed, (text) => {
      const matches = matcher.parse(text);
      return (
        matches &&
        ((flow, side) => {
          const names = side === 'source' ? flow.kubernetes : flow.dest.kubernetes;
          return names !== undefined && matches(names);
        })
      );
    }).map((each) => ({ ...each, kubernetes: true })),
  ),
];

export const FLOWS: RecordSet<Flow> = {
  filters: FLOW_FILTERS,
  begin: ({ openedAt }) => (openedAt === undefined ? undefined : Date.parse(openedAt)),
  end: lastActivity,
};

/** Throws SP_QUERY_INVALID. */
export function parseFlowQuery(params: Iterable<readonly [string, string]>, now?: number): FlowQuery {
  return parseQuery(FLOWS, params, now);
}

/** A filter of either end, and the same for the end that opened the connection and the one that accepted it. */
function ends(
  definition: Definition,
  allowed: string,
  compile: (text: string) => EndTest | undefined,
): FlowFilter[] {
  const { name, doc } = definition;
  const either = (test: EndTest): Test<Flow> => {
    return (flow) => test(flow, 'source') || test(flow, 'dest');
  };
  const variant = (prefix: string, suffix: string, scope: (test: EndTest) => Test<Flow>): FlowFilter => ({
    ...definition,
    name: prefix + name,
    doc: doc + suffix,
    allowed: [allowed],
    choice: false,
    kubernetes: false,
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

/** Tests an end as the socket sees it and, where NAT changed it, as it is behind the translation. */
function onEnd<V>(
  { parse }: Matcher<V>,
  read: (end: FlowEnd) => V | undefined,
): (text: string) => EndTest | undefined {
  return (text) => {
    const matches = parse(text);
    if (matches === undefined) return undefined;
    const test = (end: FlowEnd | undefined) => {
      const value = end && read(end);
      return value !== undefined && matches(value);
    };
    return (flow, side) => test(flow[side]) || test(flow.translated?.[side]);
  };
}

function matchDirection(value: string, flow: Flow): boolean {
  if (flow.direction === value) return true;
  return (value === 'outgoing' && flow.role === 'client') || (value === 'incoming' && flow.role === 'server');
}
