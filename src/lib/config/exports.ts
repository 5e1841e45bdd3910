/** What the metrics of flows and DNS can be told apart by. Those of a peer are of the other end of a flow. */
export const METRIC_LABELS = [
  'namespace',
  'workload',
  'pod',
  'service',
  'container',
  'process',
  'peer_namespace',
  'peer_workload',
  'peer_pod',
  'peer_service',
  'peer_domain',
  'peer_ip',
  'port',
  'direction',
  'protocol',
] as const;

export type MetricLabel = (typeof METRIC_LABELS)[number];

/** Events that can be sent as logs. */
export const LOGGED_EVENTS = [
  'flow.opened',
  'flow.closed',
  'dns',
  'process.started',
  'process.exited',
  'container.started',
  'container.stopped',
  'oom',
] as const;

export type LoggedEventType = (typeof LOGGED_EVENTS)[number];
