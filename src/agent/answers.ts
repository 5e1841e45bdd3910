import type { DnsGroup, DnsSummary } from '../lib/dns/summary.ts';
import type { MapChange, MapGraph, MapTimeline } from '../map/types.ts';
import type { NodeGraph } from '../query/node-graph.ts';
import type { ContainerRecord } from '../wire/container.ts';
import type { DnsRecord } from '../wire/dns.ts';
import type { EventType, LostMessage } from '../wire/messages.ts';
import type { ProcessRecord } from '../wire/process.ts';
import type { AgentStatus } from './agent-status.ts';
import type { NamedFlowRecord } from './enrich/enricher.ts';
import type { Names } from './kubernetes/names.ts';

/** What the agent's API answers: the schemas of its OpenAPI document are made of these types (npm run generate). */

interface Named {
  /** Absent where Kubernetes does not know the owner. */
  kubernetes?: Names;
}

interface Listed {
  /** Records that matched the filters, also those that a limit left out. */
  matched: number;
  /** Follow from here to miss nothing that came after the list. */
  cursor: string;
  /** Give this as `after` for the page behind; absent when there is none. */
  next?: string;
}

interface Event {
  type: EventType;
  /** Give this as `after` to continue behind this event. */
  cursor: string;
}

export interface Flow extends NamedFlowRecord {}
export interface Dns extends DnsRecord, Named {}
export interface Process extends ProcessRecord, Named {}
export interface Container extends Omit<ContainerRecord, 'kubernetes'> {
  /** What the container's runtime tells, and Kubernetes where it is known. */
  kubernetes?: Names & NonNullable<ContainerRecord['kubernetes']>;
}

export interface FlowList extends Listed {
  /** Oldest activity first. */
  flows: Flow[];
}

export interface DnsList extends Listed {
  /** First asked first. */
  dns: Dns[];
}

export interface ProcessList extends Listed {
  /** Those that ended first, in the order in which they did, then those that run. */
  processes: Process[];
}

export interface ContainerList extends Listed {
  /** Those that ended first, in the order in which they did, then those that run. */
  containers: Container[];
}

export interface FlowEvent extends Flow, Event {}
export interface DnsEvent extends Dns, Event {}
export interface ProcessEvent extends Process, Event {}
export interface ContainerEvent extends Container, Event {}
/** Events that this follower will not see: it was slower than the feed is long, or the agent is another one. */
export interface Lost extends LostMessage {}

export interface SummaryGroup extends Omit<DnsGroup, 'container' | 'kubernetes'>, Named {
  container?: DnsRecord['container'];
}

export interface Summary extends Omit<DnsSummary, 'groups'> {
  /** First those with most of what it is sorted by. */
  groups: SummaryGroup[];
}

export interface Graph extends MapGraph {}
export interface Change extends MapChange {}
export interface Timeline extends MapTimeline {}
export interface Drawing extends NodeGraph {}
export interface Status extends AgentStatus {}

export interface Health {
  healthy: true;
}

export interface Readiness {
  ready: boolean;
  /** Why it is not. */
  reason?: string;
}

export interface ErrorAnswer {
  error: {
    /** One of docs/errors.md. */
    code: string;
    message: string;
    /** The parameter that is to blame. */
    parameter?: string;
    /** What it may be. */
    allowed?: string[];
  };
}
