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
export type MapNodeKind = MapGroup | 'domain';

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

export interface MapParent {
  id: string;
  kind: MapNodeKind;
  name: string;
}

export interface MapNode {
  id: string;
  kind: MapNodeKind;
  name: string;
  /** What else is known, by field name of the flow record (`exe`, `container`, `ip`), and of a pod `phase`, `ready`, `restarts`. */
  detail?: Record<string, string | number>;
  /** The expanded node that this one is drawn inside of. */
  parent?: MapParent;
  /** Of a domain: those that connections went to, ascending; the first MAX_ADDRESSES of them. */
  addresses?: string[];
  connections: { active: number; opened: number; closed: number; failed: number };
  sent: { bytes: number };
  received: { bytes: number };
}

/**
 * All connections from one node to another over one protocol. Every figure is of the connections that are open
 * or were open within the map's window; bytes are theirs from beginning to end.
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
  /** A connection that failed before it was established is neither opened nor closed. */
  connections: {
    active: number;
    opened: number;
    closed: number;
    failed: Partial<Record<Failure, number>>;
  };
  /** Payload bytes from source to target and back; each connection counts once, even when both ends are seen. */
  bytes: { forward: number; backward: number };
  /** Bytes per second now. */
  rate: { forward: number; backward: number };
  retransmits: number;
  /** Means over the connections that measured one. */
  rttUs?: number;
  connectUs?: number;
  /** RFC 3339. */
  lastSeenAt: string;
}

/** What a listing limit left out. */
export interface MapHidden {
  nodes: number;
  edges: number;
}

export interface MapGraph {
  generatedAt: string;
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
  nodes: { upserted: MapNode[]; removed: string[] };
  edges: { upserted: MapEdge[]; removed: string[] };
  /** Present when it differs from before; both 0 when everything is listed again. */
  hidden?: MapHidden;
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
  sent: { bytes: number };
  received: { bytes: number };
  /** Bytes per second, true until `untilMs`. */
  rate?: { sent: number; received: number; untilMs: number } | undefined;
  retransmits?: number | undefined;
  connectUs?: number | undefined;
  rttUs?: number | undefined;
}
