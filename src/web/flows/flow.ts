import type { MapNames } from '../../map/types.ts';

/** What the page reads of a flow record of `/api/v1/flows`. */
export interface Flow {
  id: string;
  protocol: string;
  netns?: number;
  direction?: string;
  role?: string;
  source: FlowEnd;
  dest: FlowEnd;
  process?: { pid?: number; comm?: string; exe?: string };
  container?: { id?: string; runtime?: string; name?: string };
  kubernetes?: MapNames;
  state: string;
  openedAt?: string;
  closedAt?: string;
  lastSeenAt?: string;
  failure?: string;
  sent: { bytes: number };
  received: { bytes: number };
  retransmits?: number;
  rttUs?: number;
  connectUs?: number;
}

export interface FlowEnd {
  ip: string;
  port: number;
  domain?: string;
  kubernetes?: MapNames;
}

/** The answer of `/api/v1/flows` as JSON. */
export interface FlowsAnswer {
  flows: Flow[];
  /** Flows that matched before `last` cut the list. */
  matched: number;
}
