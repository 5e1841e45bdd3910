import type { ContainerTexts } from '../../lib/report-policy.ts';
import type { ContainerRecord } from '../../wire/container.ts';
import type { FlowRecord } from '../../wire/flow.ts';
import type { Kubernetes } from '../kubernetes/kubernetes.ts';
import type { Known, Names } from '../kubernetes/names.ts';

/** Who is behind a record. */
interface Owned {
  container?: { id?: string | undefined } | undefined;
  cgroup?: { path?: string | undefined } | undefined;
}

interface Address {
  ip: string;
}

/** What is read of a flow to name its ends. */
export interface NamedFlow extends Owned {
  source: Address;
  dest: Address;
  translated?: { source?: Address | undefined; dest?: Address | undefined } | undefined;
  openedMs?: number | undefined;
}

/** A flow as the agent answers it. */
export interface NamedFlowRecord extends FlowRecord {
  kubernetes?: Names;
  dest: FlowRecord['dest'] & { kubernetes?: Names | undefined };
}

const POD_UID =
  /pod([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}|[0-9a-f]{32})(?![0-9a-f])(?!.*pod[0-9a-f]{8})/;

/** Who is at an end. One object for all records that say the same. */
export interface Identity {
  /** Kept up to date in place. */
  known: Known;
  container: string | undefined;
  service: string | undefined;
  /** As it was at a version of the metadata. */
  names?: { version: number; value: Names };
}

/** Gives records the names that Kubernetes has for their owners and for the other end of flows. */
export class Enricher {
  readonly #kubernetes: Kubernetes;
  readonly #identities = new WeakMap<Known, Identity[]>();

  constructor(kubernetes: Kubernetes) {
    this.#kubernetes = kubernetes;
  }

  get version(): number {
    return this.#kubernetes.version;
  }

  /** This side of a flow; nothing of a process outside containers. */
  own(flow: NamedFlow): Identity | undefined {
    const found = this.#podOf(flow);
    if (found === undefined) return undefined;
    const { services } = this.#kubernetes;
    const called = flow.translated?.source;
    const { openedMs } = flow;
    const service = called === undefined ? undefined : services.called(called.ip, openedMs)?.service;
    return this.#identity(found.names, found.container, service ?? this.#usualService(found, openedMs));
  }

  /** The other side, by the address that was called and the one behind it. */
  peer({
    dest,
    translated,
    openedMs,
  }: Pick<NamedFlow, 'dest' | 'translated' | 'openedMs'>): Identity | undefined {
    const { services } = this.#kubernetes;
    const behind = translated?.dest?.ip ?? dest.ip;
    const called = services.called(dest.ip, openedMs);
    const known = this.address(behind, openedMs) ?? called;
    if (known === undefined) return undefined;
    const service = called?.service ?? services.target(behind, openedMs)?.service;
    return this.#identity(known, undefined, service);
  }

  /** Who has the address, or had it at that time. */
  address(ip: string, atMs?: number): Known | undefined {
    const { pods, services } = this.#kubernetes;
    return pods.ofAddress(ip, atMs) ?? services.node(ip, atMs) ?? services.target(ip, atMs);
  }

  /** Whose container it is, as the map asks: with what changes by itself. */
  container(id: string): Known | undefined {
    const found = this.#kubernetes.pods.ofContainer(id);
    if (found === undefined) return undefined;
    const service = this.#usualService(found);
    return service === undefined ? found.names : { ...found.names, service };
  }

  namesOf(identity: Identity): Names {
    const { version } = this;
    if (identity.names?.version !== version) identity.names = { version, value: answered(identity) };
    return identity.names.value;
  }

  /** What patterns of containers are searched in, as far as it is known; undefined for a container of no pod. */
  textsOf(owned: Owned): ContainerTexts | undefined {
    const found = this.#podOf(owned);
    if (found === undefined) return podUid(owned) === undefined ? undefined : {};
    const { names, container, images } = found;
    const texts = { kube_namespace: names.namespace === undefined ? [] : [names.namespace] };
    return container === undefined ? texts : { ...texts, name: [container], image: images };
  }

  flow(record: FlowRecord): NamedFlowRecord {
    const openedMs = record.openedAt === undefined ? undefined : Date.parse(record.openedAt);
    const own = this.own({ ...record, openedMs });
    const peer = this.peer({ ...record, openedMs });
    return named(record, own && this.namesOf(own), peer && this.namesOf(peer));
  }

  owned<T extends Owned>(record: T): T {
    const kubernetes = this.#ownerOf(record);
    return kubernetes === undefined ? record : { ...record, kubernetes };
  }

  /** What the container runtime told stays where Kubernetes tells nothing. */
  containerRecord(record: ContainerRecord): ContainerRecord {
    const kubernetes = this.#ownerOf({ ...record, container: record });
    return kubernetes === undefined
      ? record
      : { ...record, kubernetes: { ...record.kubernetes, ...kubernetes } };
  }

  #ownerOf(record: Owned): Names | undefined {
    const found = this.#podOf(record);
    if (found === undefined) return undefined;
    return this.namesOf(this.#identity(found.names, found.container, this.#usualService(found)));
  }

  #podOf(owned: Owned) {
    const { container } = owned;
    if (container?.id === undefined) return undefined;
    const { pods } = this.#kubernetes;
    const known = pods.ofContainer(container.id);
    if (known !== undefined) return known;
    const uid = podUid(owned);
    return uid === undefined ? undefined : pods.ofContainer(container.id, uid);
  }

  #usualService({ ips }: { ips: readonly string[] }, atMs?: number): string | undefined {
    const { services } = this.#kubernetes;
    for (const ip of ips) {
      const service = services.target(ip, atMs)?.service;
      if (service !== undefined) return service;
    }
    return undefined;
  }

  #identity(known: Known, container: string | undefined, service: string | undefined): Identity {
    let identities = this.#identities.get(known);
    if (identities === undefined) {
      identities = [];
      this.#identities.set(known, identities);
    }
    let found = identities.find((each) => each.container === container && each.service === service);
    if (found === undefined) {
      found = { known, container, service };
      identities.push(found);
    }
    return found;
  }
}

function podUid({ cgroup }: Owned): string | undefined {
  return POD_UID.exec(cgroup?.path ?? '')?.[1]?.replaceAll('_', '-');
}

/** The record with the names of both ends. */
export function named(record: FlowRecord, own: Names | undefined, peer: Names | undefined): NamedFlowRecord {
  return {
    ...record,
    ...(own !== undefined && { kubernetes: own }),
    ...(peer !== undefined && { dest: { ...record.dest, kubernetes: peer } }),
  };
}

/** What changes by itself, such as readiness, is the pod's and not the record's. */
function answered({ known, container, service }: Identity): Names {
  const { key: _, phase: _phase, ready: _ready, restarts: _restarts, ...names } = known;
  return {
    ...names,
    ...(service !== undefined && { service }),
    ...(container !== undefined && { container }),
  };
}
