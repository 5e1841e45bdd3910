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
  dest: FlowRecord['dest'] & { kubernetes?: Names };
}

const POD_UID =
  /pod([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}|[0-9a-f]{32})(?![0-9a-f])(?!.*pod[0-9a-f]{8})/;

/** Gives records the names that Kubernetes has for their owners and for the other end of flows. */
export class Enricher {
  readonly #kubernetes: Kubernetes;

  constructor(kubernetes: Kubernetes) {
    this.#kubernetes = kubernetes;
  }

  get version(): number {
    return this.#kubernetes.version;
  }

  /** Of a process outside containers nothing. */
  owner({ container, cgroup }: Owned): Names | undefined {
    if (container?.id === undefined) return undefined;
    const uid = POD_UID.exec(cgroup?.path ?? '')?.[1]?.replaceAll('_', '-');
    const found = this.#kubernetes.pods.ofContainer(container.id, uid);
    return found && answered(found.names, { container: found.container });
  }

  /** This side of a flow. */
  own(flow: NamedFlow): Names | undefined {
    const names = this.owner(flow);
    const called = flow.translated?.source;
    const service = called === undefined ? undefined : this.#kubernetes.services.called(called.ip)?.name;
    const usual = service ?? this.#kubernetes.services.serviceOf(flow.source.ip);
    return names === undefined || usual === undefined ? names : { ...names, service: usual };
  }

  /** The other side, by the address that was called and the one behind it. */
  peer({
    dest,
    translated,
    openedMs,
  }: Pick<NamedFlow, 'dest' | 'translated' | 'openedMs'>): Names | undefined {
    const known = this.address(translated?.dest?.ip ?? dest.ip, openedMs);
    const called = this.#kubernetes.services.called(dest.ip);
    const service = called?.name ?? this.#kubernetes.services.serviceOf(translated?.dest?.ip ?? dest.ip);
    if (known === undefined && called === undefined) return undefined;
    const namespace = known?.namespace ?? called?.namespace;
    return {
      ...(namespace !== undefined && { namespace }),
      ...(known && answered(known, {})),
      ...(service !== undefined && { service }),
    };
  }

  /** Who has the address, or had it at that time. */
  address(ip: string, atMs?: number): Known | undefined {
    const { pods, services } = this.#kubernetes;
    const pod = pods.ofAddress(ip, atMs);
    if (pod !== undefined) return pod;
    const node = services.node(ip);
    return node === undefined ? services.target(ip) : { key: `node/${node}`, node };
  }

  /** Whose container it is. */
  container(id: string): Known | undefined {
    return this.#kubernetes.pods.ofContainer(id)?.names;
  }

  flow(record: FlowRecord): NamedFlowRecord {
    const openedMs = record.openedAt === undefined ? undefined : Date.parse(record.openedAt);
    const kubernetes = this.own({ ...record, openedMs });
    const peer = this.peer({ ...record, openedMs });
    return {
      ...record,
      ...(kubernetes !== undefined && { kubernetes }),
      ...(peer !== undefined && { dest: { ...record.dest, kubernetes: peer } }),
    };
  }

  owned<T extends Owned>(record: T): T {
    const kubernetes = this.owner(record);
    return kubernetes === undefined ? record : { ...record, kubernetes };
  }

  /** What the container runtime told stays where Kubernetes tells nothing. */
  containerRecord(record: ContainerRecord): ContainerRecord {
    const kubernetes = this.owner({ ...record, container: record });
    return kubernetes === undefined
      ? record
      : { ...record, kubernetes: { ...record.kubernetes, ...kubernetes } };
  }
}

/** What changes by itself, such as readiness, is the pod's and not the record's. */
function answered(known: Known, { container }: { container?: string | undefined }): Names {
  const { key: _, phase: _phase, ready: _ready, restarts: _restarts, ...names } = known;
  return container === undefined ? names : { ...names, container };
}
