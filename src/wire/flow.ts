import type { Fields, Row } from './fields.ts';

/** A flow as every client sees it: one side of one TCP connection or UDP conversation. Absent = not known. */

export type Direction = 'outgoing' | 'incoming' | 'local';
export type Role = 'client' | 'server';
export type Failure = 'refused' | 'timeout' | 'reset' | 'host_unreachable' | 'net_unreachable' | 'other';
export type FlowState =
  | 'established'
  | 'syn_sent'
  | 'syn_recv'
  | 'fin_wait1'
  | 'fin_wait2'
  | 'close_wait'
  | 'last_ack'
  | 'closing'
  | 'closed';

export interface Endpoint {
  ip: string;
  port: number;
  /** What the address was looked up as, in the network namespace of the flow. */
  domain?: string;
  /** Other names that lead to the address there, at least: above 0, `domain` is only the latest. */
  otherDomains?: number;
}

export interface Traffic {
  /** Payload bytes, exact for a closed TCP connection. */
  bytes: number;
  packets: number;
}

export interface FlowRecord {
  /** Stable for the connection's life, unique on the node across restarts. */
  id: string;
  protocol: 'tcp' | 'udp';
  family: 'ipv4' | 'ipv6';
  /** Inode of the network namespace. */
  netns?: number;
  /** `local`: both ends are on this node; `role` then tells who opened it. */
  direction?: Direction;
  role?: Role;
  source: Endpoint;
  dest: Endpoint;
  /**
   * The ends as the other side of the connection knows them, where NAT made them others: of a client, `dest` is the
   * backend behind the service it called and `source` what it is masqueraded as; of a server, `dest` is the client
   * itself and `source` the service that the client called.
   */
  translated?: { source?: Endpoint; dest?: Endpoint };
  process?: { pid?: number; comm?: string; exe?: string };
  container?: { id?: string; runtime?: string };
  cgroup?: { id?: number; path?: string };
  state: FlowState;
  /** RFC 3339 with nanoseconds, UTC. */
  openedAt?: string;
  closedAt?: string;
  lastSeenAt?: string;
  durationNs?: number;
  failure?: Failure;
  errno?: number;
  sent: Traffic;
  received: Traffic;
  retransmits?: number;
  lostPackets?: number;
  /** SYN to ESTABLISHED. */
  connectUs?: number;
  rttUs?: number;
  rttVarUs?: number;
  /** The close was not delivered (ring buffer full): the counters are the last ones read. */
  closeMissed?: boolean;
}

/** The order of a row. Only ever append: the stream's hello carries these names, so readers go by name. */
export const FLOW_FIELDS = [
  ['id', 'text'],
  ['protocol', 'text'],
  ['family', 'text'],
  ['netns', 'uint'],
  ['direction', 'text'],
  ['role', 'text'],
  ['source.ip', 'text'],
  ['source.port', 'uint'],
  ['dest.ip', 'text'],
  ['dest.port', 'uint'],
  ['process.pid', 'uint'],
  ['process.comm', 'text'],
  ['process.exe', 'text'],
  ['container.id', 'text'],
  ['container.runtime', 'text'],
  ['cgroup.id', 'uint'],
  ['cgroup.path', 'text'],
  ['state', 'text'],
  ['openedAt', 'time'],
  ['closedAt', 'time'],
  ['lastSeenAt', 'time'],
  ['durationNs', 'uint'],
  ['failure', 'text'],
  ['errno', 'uint'],
  ['sent.bytes', 'uint'],
  ['sent.packets', 'uint'],
  ['received.bytes', 'uint'],
  ['received.packets', 'uint'],
  ['retransmits', 'uint'],
  ['lostPackets', 'uint'],
  ['connectUs', 'uint'],
  ['rttUs', 'uint'],
  ['rttVarUs', 'uint'],
  ['closeMissed', 'bool'],
  ['translated.source.ip', 'text'],
  ['translated.source.port', 'uint'],
  ['translated.dest.ip', 'text'],
  ['translated.dest.port', 'uint'],
  ['dest.domain', 'text'],
  ['dest.otherDomains', 'uint'],
] as const satisfies Fields;

/** A flow in the order of FLOW_FIELDS. */
export type FlowRow = Row;
