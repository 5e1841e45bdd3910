import type { KubernetesNames } from './kubernetes.ts';

/** What the filters read of a flow; the wire's FlowRecord is one. Absent = not known. */
export interface Flow {
  protocol: string;
  family: string;
  netns?: number | undefined;
  direction?: string | undefined;
  role?: string | undefined;
  source: FlowEnd;
  dest: FlowEnd;
  translated?: { source?: FlowEnd | undefined; dest?: FlowEnd | undefined } | undefined;
  process?: { pid?: number | undefined; comm?: string | undefined } | undefined;
  container?: { id?: string | undefined } | undefined;
  /** Of this side; the other's is at `dest`. */
  kubernetes?: KubernetesNames | undefined;
  state: string;
  openedAt?: string | undefined;
  closedAt?: string | undefined;
  lastSeenAt?: string | undefined;
  failure?: string | undefined;
  sent: { bytes: number };
  received: { bytes: number };
  rttUs?: number | undefined;
}

export interface FlowEnd {
  ip: string;
  port: number;
  domain?: string;
  kubernetes?: KubernetesNames | undefined;
}

export type Side = 'source' | 'dest';

/** `source` is the observed side, which may have opened the connection or accepted it. */
export function clientSide(flow: Flow): Side {
  const accepted = flow.role === undefined ? flow.direction === 'incoming' : flow.role === 'server';
  return accepted ? 'dest' : 'source';
}

export function serverSide(flow: Flow): Side {
  return clientSide(flow) === 'source' ? 'dest' : 'source';
}

/** When the flow was last known to do something, in milliseconds since the epoch; undefined = it is active now. */
export function lastActivity(flow: Flow): number | undefined {
  const at = flow.closedAt ?? flow.lastSeenAt;
  if (at !== undefined) return Date.parse(at);
  return flow.state === 'closed' && flow.openedAt !== undefined ? Date.parse(flow.openedAt) : undefined;
}
