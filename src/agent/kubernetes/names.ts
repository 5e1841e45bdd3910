import type { PodFacts, Workload } from './objects.ts';

/** What Kubernetes calls one end of a flow, or the owner of a record: the form in which it is answered. */
export interface Names {
  namespace?: string;
  pod?: string;
  workload?: Workload;
  /** The one that was called, else one that leads to the pod. */
  service?: string;
  node?: string;
  container?: string;
  labels?: Record<string, string>;
  /** Of DD_KUBERNETES_POD_LABELS_AS_TAGS. */
  tags?: Record<string, string>;
}

/** A pod, or an address behind services that is on another node. Kept up to date in place, as the map holds it. */
export interface Known extends Names {
  /** The same for the same pod. */
  readonly key: string;
  phase?: string;
  ready?: boolean;
  restarts?: number;
}

export function podNames(into: Known, pod: PodFacts, labelsAsTags: ReadonlyMap<string, string>): void {
  const { namespace, name, workload, node, labels, phase, ready, restarts } = pod;
  const tags: Record<string, string> = {};
  for (const [label, tag] of labelsAsTags) {
    const value = labels[label];
    if (value !== undefined) tags[tag] = value;
  }
  Object.assign(into, {
    namespace,
    pod: name,
    ...(workload !== undefined && { workload }),
    ...(node !== undefined && { node }),
    ...(Object.keys(labels).length > 0 && { labels }),
    ...(Object.keys(tags).length > 0 && { tags }),
    ...(phase !== undefined && { phase }),
    ready,
    restarts,
  });
}
