import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DaemonSet } from 'kubernetes-types/apps/v1.d.ts';
import type { Job } from 'kubernetes-types/batch/v1.d.ts';
import type { ConfigMap, Container, PodSpec } from 'kubernetes-types/core/v1.d.ts';
import { parseAllDocuments } from 'yaml';
import { packageRoot } from '../../src/lib/package-root.ts';

export interface Document {
  apiVersion: string;
  kind: string;
}

export function readDocuments(path: string): Document[] {
  const text = readFileSync(join(packageRoot, path), 'utf8');
  return parseAllDocuments(text).map((document) => document.toJS());
}

/** What a rendered manifest makes of each node. */
export interface Deployment {
  pod: PodSpec;
  /** Texts of the configuration by file name. */
  configuration: Record<string, string>;
}

export function readDeployment(path: string): Deployment {
  const documents = readDocuments(path);
  const find = <T>(kind: string) => documents.find((document) => document.kind === kind) as T | undefined;
  const pod = find<DaemonSet>('DaemonSet')?.spec?.template.spec;
  if (pod === undefined) throw new Error(`${path} has no DaemonSet`);
  return { pod, configuration: find<ConfigMap>('ConfigMap')?.data ?? {} };
}

/** A Job with one container. */
export function readJob(path: string): { deployment: Deployment; container: Container } {
  const [job] = readDocuments(path) as Job[];
  const pod = job?.spec?.template.spec;
  const container = pod?.containers[0];
  if (pod === undefined || container === undefined) throw new Error(`${path} has no Job`);
  return { deployment: { pod, configuration: {} }, container };
}

export function containerOf({ containers }: PodSpec, name: string): Container {
  const found = containers.find((container) => container.name === name);
  if (found === undefined) throw new Error(`the pod has no container ${name}`);
  return found;
}
