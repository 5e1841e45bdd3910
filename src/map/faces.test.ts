import { describe, expect, it } from 'vitest';
import { innerFace, nodeFace } from './faces.ts';
import { clientFlow, edgeNames, NOW, sample, serverFlow } from './network-map.fixture.ts';
import { NetworkMap } from './network-map.ts';
import type { MapDirectory, MapFlow, MapGroup, MapNames } from './types.ts';

const CONTAINER = 'aa'.repeat(32);
const cart: MapNames = {
  namespace: 'shop',
  pod: 'cart-1',
  workload: { kind: 'Deployment', name: 'cart' },
  service: 'cart-service',
  node: 'node-a',
  labels: { app: 'cart' },
  phase: 'Running',
  ready: false,
  restarts: 3,
};
const address = { key: 'k', ip: '10.0.0.2' };

function directory(more: Partial<MapDirectory> = {}): MapDirectory {
  return { version: 1, node: 'here', container: () => undefined, address: () => undefined, ...more };
}

describe('a node of the map', () => {
  it.each<[MapGroup, string]>([
    ['process', 'address:10.0.0.2'],
    ['container', 'address:10.0.0.2'],
    ['pod', 'pod:shop/cart-1'],
    ['workload', 'workload:shop/Deployment/cart'],
    ['service', 'service:shop/cart-service'],
    ['namespace', 'namespace:shop'],
    ['label', 'label:app=cart'],
    ['node', 'node:node-a'],
    ['address', 'address:10.0.0.2'],
  ])('is, by %s, %s', (group, id) => {
    expect(nodeFace({ ...address, names: cart }, group, { label: 'app' }).id).toBe(id);
  });

  it('tells of a pod how it is', () => {
    expect(nodeFace({ ...address, names: cart }, 'pod').detail).toEqual({
      namespace: 'shop',
      workload: 'Deployment/cart',
      node: 'node-a',
      phase: 'Running',
      ready: 'false',
      restarts: 3,
    });
  });

  it('is what is known of it where Kubernetes knows little', () => {
    const service = { ...address, names: { namespace: 'shop', service: 'cart' } };
    expect(nodeFace(service, 'workload').id).toBe('service:shop/cart');
    expect(nodeFace({ ...address, names: { namespace: 'shop', pod: 'bare' } }, 'workload').id).toBe(
      'pod:shop/bare',
    );
    expect(nodeFace({ ...address, names: cart }, 'label', { label: 'tier' }).id).toBe(
      'workload:shop/Deployment/cart',
    );
    expect(nodeFace({ ...address, comm: 'curl' }, 'workload').id).toBe('process:host/curl');
    expect(nodeFace({ ...address, container: CONTAINER }, 'workload').id).toBe(`container:${CONTAINER}`);
    expect(nodeFace({ ...address, comm: 'sshd' }, 'node', { directory: directory() }).id).toBe('node:here');
  });

  it('gets the name that its container has by now', () => {
    const end = { ...address, container: CONTAINER };
    const known = directory({ version: 2, container: () => cart });
    expect(nodeFace(end, 'pod', { directory: directory() }).id).toBe(`container:${CONTAINER}`);
    expect(nodeFace(end, 'pod', { directory: known }).id).toBe('pod:shop/cart-1');
  });
});

describe('an expanded node', () => {
  const end = { ...address, comm: 'cartd', container: CONTAINER, names: cart };
  const parent = { id: 'workload:shop/Deployment/cart', kind: 'workload', name: 'cart' };
  const inside = (...ids: string[]) => innerFace(end, 'workload', { expand: new Set(ids) });

  it('is what is inside of it, down to the last node that is expanded', () => {
    expect(inside()).toEqual(nodeFace(end, 'workload'));
    expect(inside(parent.id)).toMatchObject({ id: 'pod:shop/cart-1', parent });
    expect(inside(parent.id, 'pod:shop/cart-1')).toMatchObject({ id: `process:${CONTAINER}/cartd`, parent });
    expect(inside('pod:shop/cart-1').id).toBe(parent.id);
  });

  it('stays as it is when nothing is known to be inside', () => {
    const names = { namespace: 'shop', service: 'cart' };
    const face = innerFace({ ...address, names }, 'service', { expand: new Set(['service:shop/cart']) });
    expect(face).toEqual(nodeFace({ ...address, names }, 'service'));
  });
});

describe('a remote end that was looked up', () => {
  const called = { ...address, domain: 'api.example.org' };

  it.each<[MapGroup, string]>([
    ['process', 'domain:api.example.org'],
    ['container', 'domain:api.example.org'],
    ['workload', 'domain:api.example.org'],
    ['address', 'address:10.0.0.2'],
  ])('is, by %s, %s', (group, id) => {
    expect(nodeFace(called, group).id).toBe(id);
  });

  it('is what Kubernetes calls it where that is asked for', () => {
    expect(nodeFace({ ...called, names: cart }, 'service').id).toBe('service:shop/cart-service');
    expect(nodeFace({ ...called, names: cart }, 'process').id).toBe('domain:api.example.org');
  });

  it('is the named network that it is in where it was not looked up', () => {
    const network = (ip: string) => (ip === address.ip ? 'office' : undefined);
    expect(nodeFace(address, 'workload', { network })).toMatchObject({
      id: 'network:office',
      kind: 'network',
    });
    expect(nodeFace(called, 'workload', { network }).id).toBe('domain:api.example.org');
    expect(nodeFace(address, 'address', { network }).id).toBe('address:10.0.0.2');
    expect(nodeFace({ ...address, ip: '10.0.0.3' }, 'pod', { network }).id).toBe('address:10.0.0.3');
  });

  it('is an address on loopback, which is no other host', () => {
    const face = nodeFace({ ...called, ip: '127.0.0.1', netns: 5 }, 'process');
    expect(face).toMatchObject({ id: 'address:127.0.0.1@5', detail: { domain: 'api.example.org' } });
  });
});

describe('the map', () => {
  const server = { ...sample.server, container: CONTAINER };
  const named = (flow: MapFlow, kubernetes: MapNames): MapFlow => ({
    ...flow,
    dest: { ...flow.dest, kubernetes },
  });

  it('keeps who had an address when it was called', () => {
    const map = new NetworkMap({
      windowMs: 60_000,
      directory: directory({ address: () => ({ namespace: 'shop', pod: 'newer' }) }),
    });
    map.update(named(clientFlow(sample), cart), NOW);
    const other = { ...sample, id: 't', client: { ...sample.client, port: 40_001 } };
    map.update(named(clientFlow(other), { namespace: 'shop', pod: 'newer' }), NOW);
    expect(edgeNames(map.graph({ now: NOW, group: 'pod' })).sort()).toEqual([
      'curl -> cart-1',
      'curl -> newer',
    ]);
  });

  it('takes over a name that comes later, and asks for one that never came', () => {
    const map = new NetworkMap({ windowMs: 60_000, directory: directory({ address: () => cart }) });
    map.update(clientFlow(sample), NOW);
    expect(edgeNames(map.graph({ now: NOW, group: 'workload' }))).toEqual(['curl -> cart']);
    map.update(named(clientFlow(sample), { namespace: 'shop', pod: 'late' }), NOW);
    expect(edgeNames(map.graph({ now: NOW, group: 'pod' }))).toEqual(['curl -> late']);
  });

  it('draws the addresses of a domain as one node', () => {
    const map = new NetworkMap({ windowMs: 60_000 });
    for (const ip of ['10.0.0.9', '10.0.0.2', '10.0.0.9']) {
      const flow = clientFlow({ ...sample, id: ip, server: { ip, port: 443 } });
      map.update({ ...flow, dest: { ...flow.dest, domain: 'api.example.org' } }, NOW);
    }
    const graph = map.graph({ now: NOW, group: 'process' });
    expect(edgeNames(graph)).toEqual(['curl -> api.example.org']);
    expect(graph.nodes.find(({ kind }) => kind === 'domain')).toMatchObject({
      id: 'domain:api.example.org',
      addresses: ['10.0.0.2', '10.0.0.9'],
      connections: { opened: 2 },
    });
  });

  it('joins both sides of a connection whatever they are called', () => {
    const map = new NetworkMap({ windowMs: 60_000, directory: directory({ container: () => cart }) });
    map.update(named(clientFlow({ ...sample, server }), { namespace: 'shop', service: 'cart-service' }), NOW);
    map.update(serverFlow({ ...sample, server }), NOW);
    const graph = map.graph({ now: NOW, group: 'label', label: 'app' });
    expect(graph.label).toBe('app');
    expect(edgeNames(graph)).toEqual(['curl -> app=cart']);
    expect(graph.edges[0]?.connections.opened).toBe(1);
  });
});
