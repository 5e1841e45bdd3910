import { expect, it } from 'vitest';
import { until } from '../agent/harness.ts';
import { accessOf, follow, isSynced, peerNames, startApiServer } from './harness.ts';
import { deployed, NODES, node, PODS, SERVICES, SLICES, service, slice } from './objects.ts';

it('knows services, what is behind them on other nodes, and nodes', async () => {
  const server = await startApiServer();
  server.put(SERVICES, service('cart', '10.2.0.1'));
  server.put(SLICES, slice('cart', [{ ip: '10.9.0.4', pod: 'cart-6d9f7c5b8-x2x4z', node: 'node-b' }]));
  server.put(NODES, node('node-b', '192.168.0.2'));
  const { kubernetes, enricher } = follow(server);
  await until(
    () => isSynced(kubernetes),
    (good) => good,
  );
  const remote = {
    namespace: 'shop',
    pod: 'cart-6d9f7c5b8-x2x4z',
    workload: { kind: 'Deployment', name: 'cart' },
  };
  expect(peerNames(enricher, { dest: { ip: '10.2.0.1' }, translated: { dest: { ip: '10.9.0.4' } } })).toEqual(
    {
      ...remote,
      node: 'node-b',
      service: 'cart',
    },
  );
  expect(peerNames(enricher, { dest: { ip: '10.2.0.1' } })).toEqual({ namespace: 'shop', service: 'cart' });
  expect(peerNames(enricher, { dest: { ip: '192.168.0.2' } })).toEqual({ node: 'node-b' });
  expect(peerNames(enricher, { dest: { ip: '8.8.8.8' } })).toBeUndefined();
  server.delete(SLICES, slice('cart', []));
  await until(
    () => enricher.address('10.9.0.4'),
    (known) => known === undefined,
  );
});

it('reads the pods of the kubelet where it is asked to', async () => {
  const server = await startApiServer();
  const cart = deployed('cart', { ip: '10.1.0.5' });
  server.put('/pods', cart);
  const source = { kubelet: { access: accessOf(server), intervalMs: 20 } };
  const { kubernetes, enricher } = follow(server, { source });
  await until(
    () => enricher.address('10.1.0.5')?.pod,
    (name) => name === cart.metadata.name,
  );
  server.misbehaviour = 'error';
  await until(
    () => kubernetes.status.watches[0]?.synced,
    (good) => good === false,
  );
  server.delete('/pods', cart);
  server.misbehaviour = 'none';
  await until(
    () => kubernetes.pods.counts,
    ({ pods, gone }) => pods === 0 && gone === 1,
  );
});

it('reads pods of the kubelet and the rest of the API server where both are given', async () => {
  const [server, kubelet] = [await startApiServer(), await startApiServer()];
  const cart = deployed('cart', { ip: '10.1.0.5' });
  kubelet.put('/pods', cart);
  server.put(SERVICES, service('cart', '10.2.0.1'));
  const source = { api: accessOf(server), kubelet: { access: accessOf(kubelet), intervalMs: 20 } };
  const { kubernetes, enricher } = follow(server, { source });
  await until(
    () => isSynced(kubernetes),
    (good) => good,
  );
  const called = { dest: { ip: '10.2.0.1' }, translated: { dest: { ip: '10.1.0.5' } } };
  expect(peerNames(enricher, called)).toMatchObject({ pod: cart.metadata.name, service: 'cart' });
  expect(server.requestsOf(PODS, 'list')).toEqual([]);
});
