import type { Pod, Service } from 'kubernetes-types/core/v1.d.ts';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.d.ts';
import type { ApiObject } from './api-server.ts';

export const NODE = 'node-a';
export const PODS = '/api/v1/pods';
export const SERVICES = '/api/v1/services';
export const SLICES = '/apis/discovery.k8s.io/v1/endpointslices';
export const NODES = '/api/v1/nodes';

let last = 0;

/** As many hexadecimal digits as asked for, never the same. */
export function hex(digits: number): string {
  last += 1;
  return last.toString(16).padStart(digits, '0');
}

export function uid(): string {
  return `00000000-0000-4000-8000-${hex(12)}`;
}

interface PodShape {
  name: string;
  namespace?: string;
  ip?: string;
  node?: string;
  labels?: Record<string, string>;
  owner?: { kind: string; name: string };
  container?: string;
  image?: string;
  uid?: string;
  phase?: string;
  startTime?: string;
}

/** A pod as the API server gives it: with much that nobody here reads. */
export function pod(shape: PodShape): ApiObject {
  const { name, namespace = 'shop', ip, node = NODE, labels = {}, owner, container = hex(64) } = shape;
  const { image = 'registry.example/app:1' } = shape;
  const made: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      uid: shape.uid ?? uid(),
      labels,
      ...(owner && {
        ownerReferences: [{ ...owner, apiVersion: 'apps/v1', controller: true, uid: uid() }],
      }),
    },
    spec: { nodeName: node, containers: [{ name: 'main', image }] },
    status: {
      phase: shape.phase ?? 'Running',
      ...(ip !== undefined && { podIP: ip, podIPs: [{ ip }] }),
      startTime: shape.startTime ?? '2026-01-01T00:00:00Z',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [
        {
          name: 'main',
          image,
          imageID: 'sha256:0',
          ready: true,
          restartCount: 2,
          containerID: `containerd://${container}`,
        },
      ],
    },
  };
  return made as unknown as ApiObject;
}

/** A pod of a Deployment. */
export function deployed(deployment: string, shape: Omit<PodShape, 'name' | 'owner'> = {}): ApiObject {
  const labels = { app: deployment, 'pod-template-hash': '6d9f7c5b8', ...shape.labels };
  const owner = { kind: 'ReplicaSet', name: `${deployment}-6d9f7c5b8` };
  const suffix = (last + 2)
    .toString()
    .padStart(5, '2')
    .replaceAll('0', 'x')
    .replaceAll('1', 'z')
    .replaceAll('3', 'q');
  return pod({ ...shape, name: `${deployment}-6d9f7c5b8-${suffix}`, labels, owner });
}

export function service(name: string, ip: string, namespace = 'shop'): ApiObject {
  const made: Service = {
    metadata: { name, namespace },
    spec: { clusterIP: ip, clusterIPs: [ip], ports: [{ port: 80 }], type: 'ClusterIP' },
  };
  return made as unknown as ApiObject;
}

export function slice(
  of: string,
  endpoints: { ip: string; pod?: string; node?: string }[],
  namespace = 'shop',
): ApiObject {
  const made: EndpointSlice = {
    metadata: { name: `${of}-abcde`, namespace, labels: { 'kubernetes.io/service-name': of } },
    addressType: 'IPv4',
    endpoints: endpoints.map(({ ip, pod: name, node }) => ({
      addresses: [ip],
      ...(name !== undefined && { targetRef: { kind: 'Pod', name, namespace } }),
      ...(node !== undefined && { nodeName: node }),
    })),
  };
  return made as unknown as ApiObject;
}

export function node(name: string, ip: string): ApiObject {
  return { metadata: { name }, status: { addresses: [{ type: 'InternalIP', address: ip }] } };
}
