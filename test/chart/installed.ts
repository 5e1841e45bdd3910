import type { DaemonSet } from 'kubernetes-types/apps/v1.d.ts';
import { containerOf, type Document } from '../manifests/documents.ts';
import { type Asked, objectsOf, renderWith } from './chart.ts';

/** What an installation with these values has. */
export function installed(renderer: string, values: object, asked: Asked = {}) {
  const rendered = renderWith(renderer, { ...asked, values: [values] });
  const objects = objectsOf(rendered);
  const find = <T>(kind: string) => objects.find((each) => each.kind === kind) as T | undefined;
  const daemonSet = find<DaemonSet>('DaemonSet');
  const pod = daemonSet?.spec?.template;
  if (pod?.spec === undefined) throw new Error('the chart has no DaemonSet');
  return {
    objects: objects as (Document & { metadata: { name: string; namespace?: string } })[],
    find,
    daemonSet,
    pod,
    spec: pod.spec,
    probe: containerOf(pod.spec, 'system-probe'),
    agent: pod.spec.containers[1],
    notes: rendered.files['sysprobe/templates/NOTES.txt'],
  };
}
