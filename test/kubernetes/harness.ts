import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Enricher } from '../../src/agent/enrich/enricher.ts';
import { Kubernetes, type KubernetesOptions } from '../../src/agent/kubernetes/kubernetes.ts';
import type { Names } from '../../src/agent/kubernetes/names.ts';
import { createLogger } from '../../src/lib/log.ts';
import { makeFolder } from '../server/harness.ts';
import { ApiServer } from './api-server.ts';
import { makeCertificates } from './certificates.ts';
import { NODE } from './objects.ts';

const certificates = makeCertificates();

export async function startApiServer(): Promise<ApiServer> {
  const server = new ApiServer(certificates);
  server.token = 'first';
  return await server.start();
}

export function credentialFile(text: string): string {
  const path = join(makeFolder(), 'credential');
  writeFileSync(path, text);
  return path;
}

/** A client of the server that trusts it and is trusted. */
export function accessOf({ port }: ApiServer, ca = certificates.ca) {
  const files = { tokenFile: credentialFile('first'), caFile: credentialFile(ca) };
  return { host: '127.0.0.1', port, ...files, verify: true };
}

export function follow(server: ApiServer, options: Partial<KubernetesOptions> = {}) {
  const kubernetes = new Kubernetes({
    source: { api: accessOf(server), node: NODE },
    labelsAsTags: new Map(),
    maxGonePods: 100,
    log: createLogger('node-agent', 'silent'),
    now: Date.now,
    random: () => 0.5,
    ...options,
    limits: { longestWaitMs: 100, ...options.limits },
  });
  kubernetes.start();
  onTestFinished(() => kubernetes.stop());
  return { kubernetes, enricher: new Enricher(kubernetes) };
}

export function isSynced(kubernetes: Kubernetes): boolean {
  return kubernetes.status.watches.every(({ synced }) => synced);
}

/** A record with an owner, and without another field. */
export interface Owner {
  container: { id: string };
  kubernetes?: Names;
}

export function peerNames(enricher: Enricher, flow: Parameters<Enricher['peer']>[0]): Names | undefined {
  const peer = enricher.peer(flow);
  return peer && enricher.namesOf(peer);
}
