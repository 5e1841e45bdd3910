import type { End } from './ends.ts';
import type { MapDirectory, MapGroup, MapNames, MapNode, MapNodeKind } from './types.ts';

/** What a node is, before it has figures. */
export type NodeFace = Pick<MapNode, 'id' | 'kind' | 'name' | 'detail' | 'parent'>;

export interface FaceOptions {
  /** By which the group `label` groups. */
  label?: string | undefined;
  directory?: MapDirectory | undefined;
  /** What the network of an address is called. */
  network?: ((ip: string) => string | undefined) | undefined;
  /** Ids of the nodes in whose place what is inside of them is drawn. */
  expand?: ReadonlySet<string> | undefined;
}

/** What a node of a kind holds. */
const INSIDE: Partial<Record<MapNodeKind, MapGroup>> = {
  namespace: 'workload',
  label: 'workload',
  node: 'workload',
  service: 'pod',
  workload: 'pod',
  pod: 'process',
  container: 'process',
  network: 'address',
};

/** Whether there may be something inside of nodes of a kind. */
export function holdsOthers(kind: MapNodeKind): boolean {
  return INSIDE[kind] !== undefined;
}

/** The node of an end, or, where that is expanded, the one inside of it. */
export function innerFace(end: End, group: MapGroup, options: FaceOptions): NodeFace {
  const outer = nodeFace(end, group, options);
  if (options.expand?.has(outer.id) !== true) return outer;
  let face = outer;
  for (let inside = INSIDE[face.kind]; inside !== undefined; inside = INSIDE[face.kind]) {
    const inner = faceOf(end, inside, options);
    if (inner.id === face.id) break;
    face = inner;
    if (!options.expand.has(face.id)) break;
  }
  const { id, kind, name } = outer;
  return face === outer ? outer : { ...face, parent: { id, kind, name } };
}

export function nodeFace(end: End, group: MapGroup, options: FaceOptions = {}): NodeFace {
  const { label, directory } = options;
  if (end.comm === undefined && end.exe === undefined && end.container === undefined) {
    return faceOf(end, group, options);
  }
  const question = `${group} ${directory?.version} ${label}`;
  if (end.face?.question !== question) end.face = { question, face: faceOf(end, group, options) };
  return end.face.face;
}

function faceOf(end: End, group: MapGroup, options: FaceOptions): NodeFace {
  const name = end.comm ?? baseName(end.exe);
  if (group === 'process' && name !== undefined) return processFace(end, name);
  if (group !== 'process' && group !== 'container' && group !== 'address') {
    const names = namesOf(end, group, options.directory);
    const face = names && namedFace(names, group, options.label);
    if (face !== undefined) return face;
  }
  if (group !== 'address' && end.container !== undefined) return containerFace(end, end.container);
  if (group !== 'address' && name !== undefined) return processFace(end, name);
  return (group !== 'address' && outsideFace(end, options)) || addressFace(end);
}

function namesOf(end: End, group: MapGroup, directory: MapDirectory | undefined): MapNames | undefined {
  if (end.container !== undefined) {
    const known = directory?.container(end.container);
    const service = end.names?.service;
    return known && service !== undefined ? { ...known, service } : (known ?? end.names);
  }
  if (end.names !== undefined) return end.names;
  if (end.comm === undefined && end.exe === undefined) return directory?.address(end.ip);
  const here = directory?.node;
  return group === 'node' && here !== undefined ? { node: here } : undefined;
}

/** Undefined when the group has no name for it. */
function namedFace(names: MapNames, group: MapGroup, label: string | undefined): NodeFace | undefined {
  const { namespace, node } = names;
  switch (group) {
    case 'pod':
      return podFace(names) ?? serviceFace(names) ?? nodeFaceOf(node);
    case 'workload':
      return workloadFace(names) ?? podFace(names) ?? serviceFace(names) ?? nodeFaceOf(node);
    case 'service':
      return serviceFace(names) ?? workloadFace(names) ?? podFace(names) ?? nodeFaceOf(node);
    case 'namespace':
      if (namespace === undefined) return nodeFaceOf(node);
      return { id: `namespace:${namespace}`, kind: 'namespace', name: namespace, detail: { namespace } };
    case 'label':
      return labelFace(names, label) ?? namedFace(names, 'workload', label);
    case 'node':
      return nodeFaceOf(node);
    default:
      return undefined;
  }
}

function podFace(names: MapNames): NodeFace | undefined {
  const { namespace, pod, workload, node, phase, ready, restarts } = names;
  if (pod === undefined) return undefined;
  const detail = {
    ...placed(namespace),
    ...(workload !== undefined && { workload: `${workload.kind}/${workload.name}` }),
    ...(node !== undefined && { node }),
    ...(phase !== undefined && { phase }),
    ...(ready !== undefined && { ready: String(ready) }),
    ...(restarts !== undefined && { restarts }),
  };
  return { id: `pod:${namespace}/${pod}`, kind: 'pod', name: pod, detail };
}

function workloadFace({ namespace, workload }: MapNames): NodeFace | undefined {
  if (workload === undefined) return undefined;
  const { kind, name } = workload;
  const detail = { ...placed(namespace), workloadKind: kind };
  return { id: `workload:${namespace}/${kind}/${name}`, kind: 'workload', name, detail };
}

function serviceFace({ namespace, service }: MapNames): NodeFace | undefined {
  if (service === undefined) return undefined;
  return { id: `service:${namespace}/${service}`, kind: 'service', name: service, detail: placed(namespace) };
}

function labelFace({ labels }: MapNames, label: string | undefined): NodeFace | undefined {
  const value = label === undefined ? undefined : labels?.[label];
  if (label === undefined || value === undefined) return undefined;
  return {
    id: `label:${label}=${value}`,
    kind: 'label',
    name: `${label}=${value}`,
    detail: { label: value },
  };
}

function nodeFaceOf(node: string | undefined): NodeFace | undefined {
  return node === undefined ? undefined : { id: `node:${node}`, kind: 'node', name: node, detail: { node } };
}

function placed(namespace: string | undefined): { namespace?: string } {
  return namespace === undefined ? {} : { namespace };
}

function processFace(end: End, name: string): NodeFace {
  const detail = {
    ...(end.exe !== undefined && { exe: end.exe }),
    ...(end.container !== undefined && { container: end.container }),
    ...(end.runtime !== undefined && { runtime: end.runtime }),
  };
  return { id: `process:${end.container ?? 'host'}/${name}`, kind: 'process', name, detail };
}

function containerFace(end: End, container: string): NodeFace {
  const detail = { container, ...(end.runtime !== undefined && { runtime: end.runtime }) };
  return { id: `container:${container}`, kind: 'container', name: container.slice(0, 12), detail };
}

/** On loopback there is no other host. */
function outsideFace({ ip, netns, domain }: End, { network }: FaceOptions): NodeFace | undefined {
  if (netns !== undefined) return undefined;
  if (domain !== undefined) return domainFace(domain);
  const name = network?.(ip);
  return name === undefined ? undefined : networkFace(name);
}

/** Addresses that have a name, or a CIDR, together. */
export function networkFace(name: string): NodeFace {
  return { id: `network:${name}`, kind: 'network', name };
}

/** Those of the addresses that are too many to be nodes. */
export const OTHERS: NodeFace = { id: 'network:*', kind: 'network', name: 'other addresses' };

function domainFace(domain: string): NodeFace {
  return { id: `domain:${domain}`, kind: 'domain', name: domain };
}

function addressFace({ ip, netns, domain }: End): NodeFace {
  const id = netns === undefined ? `address:${ip}` : `address:${ip}@${netns}`;
  const detail = { ip, ...(netns !== undefined && { netns }), ...(domain !== undefined && { domain }) };
  return { id, kind: 'address', name: ip, detail };
}

function baseName(path: string | undefined): string | undefined {
  return path?.slice(path.lastIndexOf('/') + 1);
}
