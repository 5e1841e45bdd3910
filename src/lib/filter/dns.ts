import {
  address,
  choice,
  domain,
  type Filter,
  family,
  filter,
  filterAny,
  glob,
  longerThan,
  port,
} from './filter.ts';
import { ownerFilters } from './kubernetes.ts';
import { containerFilter, netns, type Owned, processFilters } from './owner.ts';
import type { RecordSet } from './query.ts';

/** What the filters read of a DNS transaction; the wire's DnsRecord is one. */
export interface DnsTransaction extends Owned {
  askedAt?: string | undefined;
  question: { name: string; type: string };
  server?: End | undefined;
  source?: End | undefined;
  transport?: string | undefined;
  outcome: string;
  rcode?: string | undefined;
  latencyUs?: number | undefined;
  retries?: number | undefined;
  searches?: number | undefined;
  cgroup?: { path?: string | undefined } | undefined;
}

interface End {
  ip: string;
  port: number;
}

const upperCase = {
  allowed: glob.allowed,
  parse: (text: string) => glob.parse(text.toUpperCase()),
};

export const DNS_FILTERS: readonly Filter<DnsTransaction>[] = [
  filter(
    { name: 'domain', value: 'NAME', doc: 'name that was asked for; .example.com for it and all below' },
    domain,
    ({ question }) => question.name,
  ),
  filter(
    { name: 'type', value: 'TYPE', doc: 'type that was asked for, such as A or AAAA' },
    upperCase,
    ({ question }) => question.type,
  ),
  choice(
    { name: 'outcome', doc: 'whether a server answered in time' },
    ['answered', 'timeout'],
    (value, dns) => {
      return dns.outcome === value;
    },
  ),
  filter(
    { name: 'rcode', value: 'CODE', doc: 'response code, such as NXDOMAIN or SERVFAIL' },
    upperCase,
    ({ rcode }) => rcode,
  ),
  filter(
    { name: 'slow', value: 'TIME', doc: 'answered after more than TIME', implied: '100ms' },
    longerThan,
    ({ latencyUs }) => latencyUs,
  ),
  filter(
    { name: 'server-ip', value: 'CIDR', doc: 'address or network of the server' },
    address,
    ({ server }) => server?.ip,
  ),
  filterAny(
    { name: 'ip', value: 'CIDR', doc: 'address or network of the server or of the asking socket' },
    address,
    ({ server, source }) => [server?.ip, source?.ip],
  ),
  filterAny(
    { name: 'port', value: 'PORT', doc: 'port or range of ports, of the server or of the asking socket' },
    port,
    ({ server, source }) => [server?.port, source?.port],
  ),
  choice(
    { name: 'transport', doc: 'how it was asked' },
    ['udp', 'tcp'],
    (value, dns) => dns.transport === value,
  ),
  family(
    'address family of the server',
    ({ server }) => server && (server.ip.includes(':') ? 'ipv6' : 'ipv4'),
  ),
  containerFilter,
  ...processFilters,
  netns,
  ...ownerFilters,
];

export const DNS: RecordSet<DnsTransaction> = {
  filters: DNS_FILTERS,
  begin: ({ askedAt }) => (askedAt === undefined ? undefined : Date.parse(askedAt)),
  end: ({ askedAt }) => (askedAt === undefined ? undefined : Date.parse(askedAt)),
};
