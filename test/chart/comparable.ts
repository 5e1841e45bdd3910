import { parse } from 'yaml';
import type { Document } from '../manifests/documents.ts';

/** What helm and charts put on objects, beside what they are. */
const ofHelm = [
  'app.kubernetes.io/instance',
  'app.kubernetes.io/managed-by',
  'helm.sh/chart',
  'helm.sh/hook',
  'helm.sh/hook-delete-policy',
  'checksum/config',
];

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
interface Identified {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
}

/**
 * Objects by what they are, without what differs and means nothing: the marks of helm, the digest that kustomize puts behind
 * the name of a ConfigMap, the comments in its text, and the order of named things.
 */
export function comparable(documents: readonly Document[]): Record<string, Json> {
  const text = JSON.stringify(documents).replaceAll(/"sysprobe-[a-z0-9]{10}"/g, '"sysprobe"');
  const named: Identified[] = JSON.parse(text);
  return Object.fromEntries(
    named.map((each) => {
      const { kind, metadata } = each;
      return [`${kind} ${metadata.namespace ?? ''}/${metadata.name}`, plain(each as unknown as Json)];
    }),
  );
}

function plain(value: Json): Json {
  if (Array.isArray(value)) return value.map(plain).sort(byName);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([name]) => !ofHelm.includes(name))
    .map(([name, each]): [string, Json] => [
      name,
      name === 'sysprobe.yaml' ? parse(String(each)) : plain(each),
    ]);
  const isEmptied = ([name, each]: [string, Json]) =>
    name === 'annotations' && Object.keys(Object(each)).length === 0;
  return Object.fromEntries(entries.filter((entry) => !isEmptied(entry)));
}

/** Those of containers, volumes, environment and ports; what has no name keeps its place. */
function byName(a: Json, b: Json): number {
  const [first, second] = [a, b].map((each) => Object(each).name);
  return first === undefined || second === undefined ? 0 : String(first).localeCompare(String(second));
}
