/** Shapes of the network map: what the agent answers and the page and the command line draw. */

export const MAP_GROUPS = [
  'process',
  'container',
  'pod',
  'workload',
  'service',
  'namespace',
  'label',
  'node',
  'address',
] as const;

/**
 * What a node stands for. Where Kubernetes has no name for a connection's end, it is its container, without one its
 * process, and without that its address.
 */
export type MapGroup = (typeof MAP_GROUPS)[number];

/** What a node of the map is: named by the group, or a domain outside this node, whatever the group but addresses. */
export type MapNodeKind = MapGroup | 'domain' | 'network';

/** What Kubernetes calls an end. Absent = not known. */
export interface MapNames {
  namespace?: string;
  pod?: string;
  workload?: { kind: string; name: string };
  /** That the client called, else one that leads to the pod. */
  service?: string;
  node?: string;
  labels?: Record<string, string>;
  phase?: string;
  ready?: boolean;
  restarts?: number;
}

/** Names that may become known, or change, after a flow was seen. */
export interface MapDirectory {
  /** Another one whenever a name may have changed. */
  readonly version: number;
  /** This node, on which processes without a container run. */
  readonly node: string | undefined;
  container(id: string): MapNames | undefined;
  address(ip: string): MapNames | undefined;
}

export const FAILURES = [
  'refused',
  'timeout',
  'reset',
  'host_unreachable',
  'net_unreachable',
  'other',
] as const;
export type Failure = (typeof FAILURES)[number];

/** Why a DNS question got no answer; response codes that servers hardly use are `OTHER`. */
export const DNS_FAILURES = [
  'TIMEOUT',
  'NXDOMAIN',
  'SERVFAIL',
  'REFUSED',
  'FORMERR',
  'NOTIMP',
  'OTHER',
] as const;
export type DnsFailure = (typeof DNS_FAILURES)[number];

export interface MapParent {
  id: string;
  kind: MapNodeKind;
  name: string;
}

/** Quantiles in microseconds, at most 2 % of themselves away from the value that has their rank. */
export interface MapLatency {
  /** Values that were measured. */
  count: number;
  p50Us: number;
  p95Us: number;
  p99Us: number;
}

/** DNS questions that a client asked a server. */
export interface MapDns {
  queries: number;
  failed: Partial<Record<DnsFailure, number>>;
  /** Of those that were answered. */
  latency?: MapLatency;
}

/** The golden signals of connections, over the window. */
export interface MapSignals {
  /** From SYN to established; round trips where no connection was seen opening. */
  latency?: MapLatency;
  traffic: { bytesPerSecond: number; connectionsPerSecond: number };
  /** Connections and DNS questions that failed, and their part of those that ended or were opened: 0 to 1. */
  errors: { failed: number; ratio: number };
}

/** The fourth golden signal: what the containers of a node use now of what they may. */
export interface MapSaturation {
  /** Containers that were sampled. */
  containers: number;
  /** 1000 is one CPU. The limit is absent when one of them has none. */
  cpu?: { millicores: number; limitMillicores?: number; throttledUs?: number };
  memory?: { workingSetBytes: number; limitBytes?: number; oomKills?: number };
  /** In thousandths of the time: how long some task of the container that waits most has waited. */
  pressure?: { cpuPermille?: number; memoryPermille?: number; ioPermille?: number };
}

export interface MapNode {
  id: string;
  kind: MapNodeKind;
  name: string;
  /** What else is known, by field name of the flow record (`exe`, `container`, `ip`), of a pod `phase`, `ready`, `restarts`, of a network `members`: how many addresses. */
  detail?: Record<string, string | number>;
  /** The expanded node that this one is drawn inside of. */
  parent?: MapParent;
  /** Of a domain or a network: those that connections went to, ascending; the first MAX_ADDRESSES of them. */
  addresses?: string[];
  connections: { active: number; opened: number; closed: number; failed: number };
  sent: { bytes: number; packets: number };
  received: { bytes: number; packets: number };
  /** Of the connections that others opened to it, and of those that it opened; absent when there are none. */
  signals: { served?: MapSignals; called?: MapSignals };
  /** Absent where nothing of it is a container, and in a window that ended earlier. */
  saturation?: MapSaturation;
}

/**
 * All connections from one node to another over one protocol, as far as they fall into the map's window. A connection
 * that stays open reports itself again and again: its bytes count where they were reported.
 */
export interface MapEdge {
  id: string;
  /** The node that opened the connections. */
  source: string;
  target: string;
  /** Lowest port of the server. */
  port?: number;
  /** Ports of the server, ascending; the first MAX_PORTS of them. */
  ports: number[];
  protocol: string;
  /** A connection that failed before it was established is neither opened nor closed. `active` is at the window's end. */
  connections: {
    active: number;
    opened: number;
    closed: number;
    failed: Partial<Record<Failure, number>>;
  };
  /** Payload bytes from source to target and back; each connection counts once, even when both ends are seen. */
  bytes: { forward: number; backward: number };
  packets: { forward: number; backward: number };
  /** Bytes per second: now, or over the window when it ended earlier. */
  rate: { forward: number; backward: number };
  retransmits: number;
  /** Segments that the kernel takes for lost. */
  lostPackets: number;
  /** Means over the connections that measured one. */
  rttUs?: number;
  connectUs?: number;
  /** How `rttUs` and `connectUs` are distributed; absent when nothing was measured. */
  latency?: { rtt?: MapLatency; connect?: MapLatency };
  /** Of an edge to a DNS server. */
  dns?: MapDns;
  signals: MapSignals;
  /** RFC 3339. */
  lastSeenAt: string;
}

/** What a map is of. Times are RFC 3339. */
export interface MapWindow {
  since: string;
  until: string;
  /** The window ends now and moves on. */
  live: boolean;
}

/** What a listing limit left out. */
export interface MapHidden {
  nodes: number;
  edges: number;
}

export interface MapGraph {
  generatedAt: string;
  window: MapWindow;
  group: MapGroup;
  /** The label by which it is grouped. */
  label?: string;
  nodes: MapNode[];
  edges: MapEdge[];
  /** Absent when everything is listed. */
  hidden?: MapHidden;
}

/** What turns an earlier graph of the same question into a later one. */
export interface MapChange {
  generatedAt: string;
  window: MapWindow;
  nodes: { upserted: MapNode[]; removed: string[] };
  edges: { upserted: MapEdge[]; removed: string[] };
  /** Present when it differs from before; both 0 when everything is listed again. */
  hidden?: MapHidden;
}

/** What happened in a part of the time. */
export interface TimelineBucket {
  /** When it begins, RFC 3339. */
  at: string;
  /** Payload bytes, both ways. */
  bytes: number;
  opened: number;
  failed: number;
}

/** How busy the node was, for a slider. */
export interface MapTimeline {
  since: string;
  until: string;
  /** The earliest time of which a map can be drawn. */
  oldest: string;
  bucketMs: number;
  /** All of the window, ascending; the last one may not be over. */
  buckets: TimelineBucket[];
}

export interface MapAddress {
  ip: string;
  port: number;
}

/** What the map reads of a flow: one side of a connection as its socket sees it. Absent = not known. */
export interface MapFlow {
  id: string;
  protocol: string;
  netns?: number | undefined;
  direction?: string | undefined;
  role?: string | undefined;
  /** This side. */
  source: MapAddress;
  dest: { ip: string; port: number; domain?: string | undefined; kubernetes?: MapNames | undefined };
  /** The ends as the other side knows them, where NAT made them others. */
  translated?: { source?: MapAddress | undefined; dest?: MapAddress | undefined } | undefined;
  process?: { comm?: string | undefined; exe?: string | undefined } | undefined;
  container?: { id?: string | undefined; runtime?: string | undefined } | undefined;
  /** Of this side, where no directory knows its container. */
  kubernetes?: MapNames | undefined;
  state: string;
  /** Milliseconds since the epoch, as the other times. */
  openedMs?: number | undefined;
  closedMs?: number | undefined;
  lastSeenMs?: number | undefined;
  failure?: string | undefined;
  sent: { bytes: number; packets?: number | undefined };
  received: { bytes: number; packets?: number | undefined };
  lostPackets?: number | undefined;
  /** Bytes per second, true until `untilMs`. */
  rate?: { sent: number; received: number; untilMs: number } | undefined;
  retransmits?: number | undefined;
  connectUs?: number | undefined;
  rttUs?: number | undefined;
}

/** What the map reads of a DNS transaction, at the side that asked. */
export interface MapDnsQuery {
  transport: string;
  netns?: number | undefined;
  source: MapAddress;
  server: MapAddress;
  process?: MapFlow['process'];
  container?: MapFlow['container'];
  kubernetes?: MapNames | undefined;
  /** Milliseconds since the epoch. */
  askedMs: number;
  outcome: string;
  rcode?: string | undefined;
  latencyUs?: number | undefined;
}
