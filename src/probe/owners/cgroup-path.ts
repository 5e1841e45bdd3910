/** The container that a cgroup belongs to, as far as the cgroup's path tells. */
export interface CgroupContainer {
  /** The runtime's full id: 64 hex digits except for ECS Fargate, Garden, LXC and `ctr`. */
  id: string;
  /** Absent when the path does not name it: a kubelet with the cgroupfs driver writes only the id. */
  runtime?: ContainerRuntime;
  /** Kubernetes pod UID with dashes, or a static pod's 32 hex digits. */
  podUid?: string;
}

export type ContainerRuntime = 'containerd' | 'crio' | 'docker' | 'podman' | 'lxc' | 'garden';

const HEX_ID = /^(?:(?<prefix>.*)[-:])?(?<id>[0-9a-f]{64})(?:\.scope)?$/;
const FARGATE_ID = /^[0-9a-f]{32}-[0-9]+$/;
const GARDEN_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){4}$/;
const LXC_PAYLOAD = /^lxc\.payload\.(?<name>.+)$/;
/** containerd's rule for a container's name, which `ctr run` puts into the path as it is. */
const CTR_NAME = /^[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*$/;
const POD_UID =
  /(?:^|-)pod(?<uid>[0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}|[0-9a-f]{32})(?![0-9a-f])/;

const RUNTIME_BY_PREFIX: Readonly<Record<string, ContainerRuntime>> = {
  'cri-containerd': 'containerd',
  crio: 'crio',
  docker: 'docker',
  libpod: 'podman',
  'libpod-payload': 'podman',
  nerdctl: 'containerd',
};

const RUNTIME_BY_PARENT: Readonly<Record<string, ContainerRuntime>> = {
  default: 'containerd',
  docker: 'docker',
  'k8s.io': 'containerd',
};

/**
 * Finds the innermost container in a cgroup path, of any runtime, cgroup driver and nesting. The last component that
 * names a container decides; what a payload makes below its own cgroup (`init.scope`, `container`, `ns`) and
 * whatever stands before it, such as the `/..` of a cgroup namespace, is passed over. Undefined when the path belongs
 * to no container.
 */
export function parseCgroupPath(path: string): CgroupContainer | undefined {
  const components = path.split('/').filter((component) => component !== '' && component !== '..');
  for (let depth = components.length - 1; depth >= 0; depth--) {
    const container = containerAt(components, depth);
    if (container === undefined) continue;
    const podUid = podUidAbove(components, depth);
    return podUid === undefined ? container : { ...container, podUid };
  }
  return undefined;
}

function containerAt(components: readonly string[], depth: number): CgroupContainer | undefined {
  const name = components[depth] ?? '';
  const parent = components[depth - 1] ?? '';
  const hex = HEX_ID.exec(name)?.groups;
  if (hex?.id !== undefined) return hexContainer(hex.id, hex.prefix, parent);
  if (FARGATE_ID.test(name)) return { id: name };
  if (GARDEN_ID.test(name)) return { id: name, runtime: 'garden' };
  const lxc = parent === 'lxc' ? name : LXC_PAYLOAD.exec(name)?.groups?.name;
  if (lxc !== undefined) return { id: lxc, runtime: 'lxc' };
  if (depth === 1 && parent === 'default' && CTR_NAME.test(name)) return { id: name, runtime: 'containerd' };
  return undefined;
}

function hexContainer(id: string, prefix: string | undefined, parent: string): CgroupContainer | undefined {
  if (prefix === undefined) {
    // Podman names a pod's own cgroup by the bare id of the pod; its containers are libpod-<id> below it.
    if (parent === 'libpod_parent') return undefined;
    const runtime = lookup(RUNTIME_BY_PARENT, parent);
    return runtime === undefined ? { id } : { id, runtime };
  }
  // conmon is the monitor of a container and runs outside of it, on the host.
  if (prefix.includes('conmon')) return undefined;
  const runtime = lookup(RUNTIME_BY_PREFIX, prefix.slice(prefix.lastIndexOf(':') + 1));
  return runtime === undefined ? { id } : { id, runtime };
}

function podUidAbove(components: readonly string[], depth: number): string | undefined {
  for (let at = depth; at >= 0; at--) {
    const uid = POD_UID.exec(components[at] ?? '')?.groups?.uid;
    if (uid !== undefined) return uid.replaceAll('_', '-');
  }
  return undefined;
}

function lookup(
  table: Readonly<Record<string, ContainerRuntime>>,
  name: string,
): ContainerRuntime | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
