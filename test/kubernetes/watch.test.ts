import { renameSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Kubernetes } from '../../src/agent/kubernetes/kubernetes.ts';
import { until } from '../agent/harness.ts';
import { ApiServer } from './api-server.ts';
import { makeCertificates } from './certificates.ts';
import { accessOf, follow, isSynced, type Owner, startApiServer } from './harness.ts';
import { deployed, hex, NODE, NODES, PODS, pod, SERVICES, SLICES, service } from './objects.ts';

const PATHS = 4;
const elsewhere = makeCertificates('DNS:elsewhere.example');

function podsWatch(kubernetes: Kubernetes) {
  const status = kubernetes.status.watches.find(({ path }) => path === PODS);
  if (status === undefined) throw new Error('pods are not watched');
  return status;
}

async function synced() {
  const server = await startApiServer();
  const container = hex(64);
  const cart = deployed('cart', { ip: '10.1.0.5', container });
  server.put(PODS, cart);
  const { kubernetes, enricher } = follow(server);
  await until(
    () => server.watchers,
    (watchers) => watchers === PATHS,
  );
  return { server, kubernetes, enricher, container, cart };
}

it('lists what there is and watches from there, pods of its node alone', async () => {
  const { server, kubernetes, enricher, container, cart } = await synced();
  expect(isSynced(kubernetes)).toBe(true);
  expect(enricher.owned<Owner>({ container: { id: container } }).kubernetes).toMatchObject({
    namespace: 'shop',
    pod: cart.metadata.name,
    workload: { kind: 'Deployment', name: 'cart' },
    node: NODE,
    container: 'main',
    labels: { app: 'cart' },
  });
  const [list] = server.requestsOf(PODS, 'list');
  const [watch] = server.requestsOf(PODS, 'watch');
  expect(list?.searchParams.get('fieldSelector')).toBe(`spec.nodeName=${NODE}`);
  expect(watch?.searchParams.get('fieldSelector')).toBe(`spec.nodeName=${NODE}`);
  expect(watch?.searchParams.get('allowWatchBookmarks')).toBe('true');
  expect(watch?.searchParams.get('resourceVersion')).toBe('2');
});

it('takes what is added, changed and deleted', async () => {
  const { server, kubernetes, enricher, cart, container } = await synced();
  const job = pod({
    name: 'report-28000000-abcde',
    ip: '10.1.0.9',
    owner: { kind: 'Job', name: 'report-28000000' },
  });
  server.put(PODS, job);
  await until(
    () => enricher.address('10.1.0.9')?.workload,
    (workload) => workload?.kind === 'CronJob' && workload.name === 'report',
  );
  server.put(PODS, { ...cart, metadata: { ...cart.metadata, labels: { app: 'basket' } } });
  await until(
    () => enricher.owned<Owner>({ container: { id: container } }).kubernetes?.labels?.app,
    (app) => app === 'basket',
  );
  server.delete(PODS, cart);
  await until(
    () => kubernetes.pods.counts,
    ({ pods, gone }) => pods === 1 && gone === 1,
  );
  expect(enricher.address('10.1.0.5')).toBeUndefined();
  expect(enricher.owned<Owner>({ container: { id: container } }).kubernetes?.pod).toBe(cart.metadata.name);
});

it('goes on from the last bookmark after a watch that was cut', async () => {
  const { server, kubernetes, enricher } = await synced();
  server.bookmark();
  await until(
    () => podsWatch(kubernetes).events,
    (events) => events === 1,
  );
  server.dropWatches();
  await until(
    () => server.requestsOf(PODS, 'watch').length,
    (watches) => watches >= 2,
  );
  expect(server.requestsOf(PODS, 'watch').at(-1)?.searchParams.get('resourceVersion')).toBe('3');
  server.put(PODS, pod({ name: 'late', ip: '10.1.0.7' }));
  await until(
    () => enricher.address('10.1.0.7')?.pod,
    (name) => name === 'late',
  );
  expect(server.requestsOf(PODS, 'list')).toHaveLength(1);
});

it('keeps what it knows while the server is away', async () => {
  const { server, kubernetes, enricher, cart } = await synced();
  await server.stop();
  await until(
    () => podsWatch(kubernetes).lastError?.code,
    (code) => code === 'SP_KUBERNETES_UNREACHABLE',
  );
  expect(isSynced(kubernetes)).toBe(false);
  expect(enricher.address('10.1.0.5')?.pod).toBe(cart.metadata.name);
});

it('lists again after 410 Gone', async () => {
  const { server, kubernetes, enricher } = await synced();
  server.put(PODS, pod({ name: 'other', ip: '10.1.0.8' }));
  await until(
    () => enricher.address('10.1.0.8'),
    (known) => known !== undefined,
  );
  server.misbehaviour = 'error';
  server.dropWatches();
  await until(
    () => podsWatch(kubernetes).failures,
    (failures) => failures > 0,
  );
  server.put(PODS, pod({ name: 'meanwhile', ip: '10.1.0.10' }));
  server.delete(PODS, pod({ name: 'other' }));
  server.compact();
  server.misbehaviour = 'none';
  await until(
    () => podsWatch(kubernetes),
    ({ gone, lists, synced: good }) => gone === 1 && lists === 2 && good,
  );
  expect(enricher.address('10.1.0.10')?.pod).toBe('meanwhile');
  await until(
    () => enricher.address('10.1.0.8'),
    (known) => known === undefined,
  );
});

it('reads a list of many pages', async () => {
  const server = await startApiServer();
  for (let i = 0; i < 95; i++) server.put(SERVICES, service(`s${i}`, `10.2.0.${i}`));
  const { kubernetes } = follow(server, { limits: { page: 10 } });
  await until(
    () => kubernetes.services.services.size,
    (size) => size === 95,
  );
  expect(server.requestsOf(SERVICES, 'list')).toHaveLength(10);
  expect(server.requestsOf(SERVICES, 'list').at(-1)?.searchParams.get('continue')).toBe('96:90');
});

it('reads a list that comes slowly, a few characters at a time', async () => {
  const server = await startApiServer();
  server.misbehaviour = 'slow';
  for (let n = 0; n < 40; n++) server.put(PODS, deployed('cart', { ip: `10.1.1.${n}` }));
  const { kubernetes, enricher } = follow(server);
  await until(
    () => isSynced(kubernetes),
    (good) => good,
  );
  expect(kubernetes.pods.counts.pods).toBe(40);
  expect(enricher.address('10.1.1.39')?.workload?.name).toBe('cart');
});

it('reads the token again, which is rotated', async () => {
  const server = await startApiServer();
  server.token = 'second';
  const access = accessOf(server);
  const { kubernetes } = follow(server, { source: { api: access, node: NODE } });
  await until(
    () => podsWatch(kubernetes).lastError?.message,
    (message) => message?.includes('401') === true,
  );
  writeFileSync(`${access.tokenFile}.new`, 'second\n');
  renameSync(`${access.tokenFile}.new`, access.tokenFile);
  await until(
    () => isSynced(kubernetes),
    (good) => good,
  );
});

it.each([
  ['of another CA', makeCertificates(), undefined],
  ['for another name', elsewhere, elsewhere.ca],
])('refuses a server with a certificate %s', async (_, certificates, ca) => {
  const server = await new ApiServer(certificates).start();
  const { kubernetes } = follow(server, {
    source: { api: accessOf(server, ca), node: NODE },
  });
  const error = await until(
    () => podsWatch(kubernetes).lastError,
    (known) => known !== undefined,
  );
  expect(error?.code).toBe('SP_KUBERNETES_UNREACHABLE');
  expect(error?.message).toMatch(/give the CA of the server/);
  expect(server.requests).toEqual([]);
});

it('takes any certificate when told so', async () => {
  const server = await new ApiServer(elsewhere).start();
  const access = { ...accessOf(server), verify: false };
  const { kubernetes } = follow(server, { source: { api: access, node: NODE } });
  await until(
    () => isSynced(kubernetes),
    (good) => good,
  );
});

it('goes on after a server that is silent, fails, forbids or talks nonsense', async () => {
  const server = await startApiServer();
  const limits = { watchSeconds: 1, graceSeconds: 1 };
  server.put(PODS, deployed('cart', { ip: '10.1.0.5' }));
  server.misbehaviour = 'forbidden';
  const { kubernetes, enricher } = follow(server, { limits });
  const errorOf = async (part: string) => {
    await until(
      () => podsWatch(kubernetes).lastError?.message,
      (message) => message?.includes(part) === true,
    );
  };
  await errorOf('403');
  server.misbehaviour = 'garbage';
  await errorOf('not JSON');
  server.misbehaviour = 'error';
  await errorOf('500');
  server.misbehaviour = 'none';
  await until(
    () => isSynced(kubernetes),
    (good) => good,
  );
  server.misbehaviour = 'silent';
  server.dropWatches();
  await errorOf('gave nothing');
  server.misbehaviour = 'none';
  await until(
    () => isSynced(kubernetes),
    (good) => good,
  );
  expect(enricher.address('10.1.0.5')?.workload?.name).toBe('cart');
});

it('lists again after an event that it cannot read', async () => {
  const { server, kubernetes, enricher } = await synced();
  for (const line of [
    '{"type":"MODIFIED","object":',
    '[]',
    '{"type":"ADDED"}',
    '{"type":"ERROR","object":{"code":500}}',
  ]) {
    const before = podsWatch(kubernetes).lists;
    await until(
      () => server.watchers,
      (watchers) => watchers === PATHS,
    );
    server.tellWatchers(line);
    await until(
      () => podsWatch(kubernetes).lists,
      (lists) => lists > before,
    );
    expect(podsWatch(kubernetes).lastError?.code).toBe('SP_KUBERNETES_INVALID');
  }
  await until(
    () => isSynced(kubernetes),
    (good) => good,
  );
  expect(enricher.address('10.1.0.5')?.workload?.name).toBe('cart');
});

it('leaves out objects that are none, and takes odd ones as far as they go', async () => {
  const server = await startApiServer();
  server.put(PODS, { metadata: { name: 'bare' }, spec: { nodeName: NODE } });
  server.put(PODS, {
    metadata: { name: 'odd', namespace: 'x', uid: 'u', labels: 7, ownerReferences: [{}] },
    spec: { nodeName: NODE },
    status: { podIP: 5, podIPs: 'no', containerStatuses: [{}, null], conditions: {} },
  });
  server.put(SLICES, { metadata: { name: 's', namespace: 'x', labels: {} }, endpoints: null });
  server.put(NODES, { metadata: { name: 'n' }, status: { addresses: 3 } });
  server.put(SERVICES, {
    metadata: { name: 'headless', namespace: 'x' },
    spec: { clusterIP: 'None', clusterIPs: ['None'] },
  });
  const { kubernetes } = follow(server);
  await until(
    () => isSynced(kubernetes),
    (good) => good,
  );
  expect(kubernetes.pods.counts.pods).toBe(1);
  expect(kubernetes.services.services.size).toBe(1);
});
