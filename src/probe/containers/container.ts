import type { ContainerState } from '../../wire/container.ts';
import type { CgroupContainer } from '../owners/cgroup-path.ts';
import type { ContainerInfo } from '../runtimes/runtime.ts';
import type { Saturation } from '../saturation/saturation.ts';

/** One life of a container. Times are nanoseconds since boot; 0 = not known. */
export interface Container {
  readonly identity: CgroupContainer;
  readonly cgroup: { id: number; path: string };
  state: ContainerState;
  createdNs: number;
  startedNs: number;
  stoppedNs: number;
  /** Of its first process; 0 = not known. */
  pid: number;
  /** How its first process ended. */
  exit: { code: number; signal: number } | undefined;
  oomKilled: boolean;
  /** The runtime was asked and has answered, or will not. */
  settled: boolean;
  info: ContainerInfo | undefined;
  restarts: number;
  crashLoop: boolean;
  saturation: Saturation | undefined;
  /** Open flows when it was last sampled. */
  sockets: number | undefined;
  /** Events that wait for the name. */
  unreported: ('container.started' | 'container.stopped')[];
}

export function newContainer(
  identity: CgroupContainer,
  { cgroup, createdNs }: Pick<Container, 'cgroup' | 'createdNs'>,
): Container {
  return {
    identity,
    cgroup,
    state: 'created',
    createdNs,
    startedNs: 0,
    stoppedNs: 0,
    pid: 0,
    exit: undefined,
    oomKilled: false,
    settled: false,
    info: undefined,
    restarts: 0,
    crashLoop: false,
    saturation: undefined,
    sockets: undefined,
    unreported: [],
  };
}

/** What the kubelet, whatever the runtime, tells a container by. */
export const KUBERNETES_LABELS = {
  namespace: 'io.kubernetes.pod.namespace',
  pod: 'io.kubernetes.pod.name',
  podUid: 'io.kubernetes.pod.uid',
  container: 'io.kubernetes.container.name',
} as const;

/**
 * What stays the same when a container is started anew: its place in the pod, else its name. A runtime that names
 * each life differently, or none, leaves the id, which podman and Docker keep over a restart.
 */
export function workloadKey({ identity, info }: Container): string {
  const { labels = {}, name } = info ?? {};
  const pod = labels[KUBERNETES_LABELS.podUid] ?? identity.podUid;
  const container = labels[KUBERNETES_LABELS.container];
  if (pod !== undefined && container !== undefined) return `${pod}/${container}`;
  return name ?? identity.id;
}
