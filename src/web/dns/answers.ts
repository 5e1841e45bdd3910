import type { MapNames } from '../../map/types.ts';

/** What the page reads of `/api/v1/dns` and `/api/v1/dns/summary`. */

export const DIMENSIONS = ['domain', 'server', 'container', 'process', 'type'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

export const SORTS = [
  'transactions',
  'failed',
  'timeouts',
  'nxdomain',
  'retries',
  'searches',
  'latency',
] as const;
export type DnsSort = (typeof SORTS)[number];

export interface DnsSum {
  transactions: number;
  timeouts: number;
  failed: number;
  retries: number;
  searches: number;
  rcodes: Record<string, number>;
  latencyUs?: { p50: number; p90: number; p99: number };
}

export interface DnsGroup extends DnsSum {
  name: string;
  container?: { id?: string; runtime?: string };
  kubernetes?: MapNames;
}

export interface SummaryAnswer {
  by: Dimension;
  sort: DnsSort;
  from?: string;
  to?: string;
  total: DnsSum;
  groups: DnsGroup[];
  rest?: DnsSum & { groups: number };
}

export interface Lookup {
  id: string;
  askedAt?: string;
  question: { name: string; type: string };
  server?: { ip: string; port: number };
  transport?: string;
  outcome: string;
  rcode?: string;
  latencyUs?: number;
  answers?: { name: string; type: string; data: string; ttl: number }[];
  answersOmitted?: number;
  retries?: number;
  process?: { pid?: number; comm?: string };
  container?: { id?: string };
  kubernetes?: MapNames;
}

export interface LookupsAnswer {
  dns: Lookup[];
  matched: number;
}
