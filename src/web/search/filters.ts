/** A filter of flows, as the API and the command line take it. */
export interface FilterName {
  readonly name: string;
  readonly doc: string;
  /** What a value may be. */
  readonly allowed: string;
  /** There are also from-NAME and to-NAME, for one end. */
  readonly ends?: true;
  /** The name may stand alone. */
  readonly implied?: true;
}

const FILTERS: readonly FilterName[] = [
  // begin filters
  {
    name: 'ip',
    doc: 'address or network, also behind NAT',
    allowed: 'an address or a network such as 10.0.0.0/8 or fd00::/8',
    ends: true,
  },
  {
    name: 'port',
    doc: 'port or range of ports, also behind NAT',
    allowed: 'a port from 0 to 65535, or a range such as 8000-8999',
    ends: true,
  },
  {
    name: 'domain',
    doc: 'domain name that the address was looked up by; *.example.com for all below',
    allowed: 'a name; .example.com for it and all below, *.example.com for all below',
    ends: true,
  },
  {
    name: 'container',
    doc: 'container whose id begins with ID',
    allowed: 'the beginning of a container id, in hexadecimal digits',
    ends: true,
  },
  {
    name: 'netns',
    doc: 'network namespace, by inode',
    allowed: 'a whole number',
  },
  {
    name: 'protocol',
    doc: 'transport protocol',
    allowed: 'tcp, udp',
  },
  {
    name: 'pid',
    doc: 'process id on the host',
    allowed: 'a whole number',
  },
  {
    name: 'comm',
    doc: 'name of the process, * stands for anything',
    allowed: 'a name, in which * stands for anything',
  },
  {
    name: 'state',
    doc: 'state of the connection; active = not closed',
    allowed:
      'active, established, syn_sent, syn_recv, fin_wait1, fin_wait2, close_wait, last_ack, closing, closed',
  },
  {
    name: 'direction',
    doc: 'who opened it; a local connection is also outgoing or incoming',
    allowed: 'outgoing, incoming, local',
  },
  {
    name: 'failure',
    doc: 'connections that failed, for REASON or for any',
    allowed: 'any, refused, timeout, reset, host_unreachable, net_unreachable, other',
    implied: true,
  },
  {
    name: 'min-bytes',
    doc: 'at least SIZE sent and received together',
    allowed: 'a size such as 1500, 10k, 1M or 2GiB',
  },
  {
    name: 'rtt-over',
    doc: 'round-trip time over TIME',
    allowed: 'a time such as 500us, 10ms or 1.5s',
  },
  {
    name: 'family',
    doc: 'address family',
    allowed: 'ipv4, ipv6, 4, 6',
  },
  {
    name: 'pod',
    doc: 'pod of Kubernetes',
    allowed: 'the beginning of the name of a pod, also with its namespace: shop/cart-',
    ends: true,
  },
  {
    name: 'namespace',
    doc: 'namespace of Kubernetes',
    allowed: 'a name, in which * stands for anything',
    ends: true,
  },
  {
    name: 'workload',
    doc: 'workload of Kubernetes',
    allowed: 'the name of a workload, also with its kind: Deployment/cart; * stands for anything',
    ends: true,
  },
  {
    name: 'service',
    doc: 'service of Kubernetes',
    allowed: 'a name, in which * stands for anything',
    ends: true,
  },
  {
    name: 'label',
    doc: 'label of the pod',
    allowed: 'key=value, in whose value * stands for anything, or the key alone',
    ends: true,
  },
  // end filters
];

const NAMES: ReadonlyMap<string, FilterName> = new Map(FILTERS.map((filter) => [filter.name, filter]));

/** Undefined when there is no such filter. */
export function filterNamed(name: string): FilterName | undefined {
  const plain = NAMES.get(name);
  if (plain !== undefined) return plain;
  const [, of = ''] = /^(?:from|to)-(.+)$/.exec(name) ?? [];
  const end = NAMES.get(of);
  return end?.ends ? end : undefined;
}

/** The filters whose names begin with what was typed, for suggestions. */
export function filtersLike(start: string): FilterName[] {
  return FILTERS.filter(({ name }) => name.startsWith(start.toLowerCase()));
}
