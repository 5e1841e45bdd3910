import type { SourceStatus } from '../../wire/status.ts';
import type { KubernetesStatus } from './kubernetes.ts';

/** How reading Kubernetes goes, among the sources of the agent. */
export function kubernetesSource(kubernetes: KubernetesStatus | undefined): SourceStatus {
  const source = { name: 'kubernetes', programs: [] };
  if (kubernetes === undefined) {
    const reason = 'no API server or kubelet is configured: records have no names of pods and services';
    return { ...source, state: 'off', reason };
  }
  const { urls, watches } = kubernetes;
  const failing = watches.filter(({ synced }) => !synced);
  const hook = urls.join(', ');
  if (failing.length === 0) return { ...source, hook, ...withoutPods(kubernetes) };
  const reasons = failing.map(({ path, lastError }) => lastError?.message ?? `${path} has not been read yet`);
  // What was read before is still answered.
  const state = watches.every(({ lists }) => lists === 0) ? 'off' : 'degraded';
  return { ...source, hook, state, reason: [...new Set(reasons)].join('; ') };
}

/** The agent itself is one, unless it runs beside Kubernetes. */
function withoutPods({ node, tables }: KubernetesStatus): Pick<SourceStatus, 'state' | 'reason'> {
  const isEmpty = tables.every(({ name, used }) => name !== 'pods' || used === 0);
  if (node === undefined || !isEmpty) return { state: 'on' };
  const reason = `the API server has no pods on ${node}: nodeName must be the name of this node in Kubernetes`;
  return { state: 'degraded', reason };
}
