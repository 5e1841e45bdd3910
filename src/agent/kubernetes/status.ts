import type { SourceStatus } from '../../wire/status.ts';
import type { KubernetesStatus } from './kubernetes.ts';

/** How reading Kubernetes goes, among the sources of the agent. */
export function kubernetesSource(kubernetes: KubernetesStatus | undefined): SourceStatus {
  const source = { name: 'kubernetes', programs: [] };
  if (kubernetes === undefined) {
    const reason = 'no API server or kubelet is configured: records have no names of pods and services';
    return { ...source, state: 'off', reason };
  }
  const { url, watches } = kubernetes;
  const failing = watches.filter(({ synced }) => !synced);
  const hook = url;
  if (failing.length === 0) return { ...source, hook, state: 'on' };
  const reasons = failing.map(({ path, lastError }) => lastError?.message ?? `${path} has not been read yet`);
  // What was read before is still answered.
  const state = watches.every(({ lists }) => lists === 0) ? 'off' : 'degraded';
  return { ...source, hook, state, reason: [...new Set(reasons)].join('; ') };
}
