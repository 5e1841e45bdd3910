import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NamedFlowRecord } from '../../src/agent/enrich/enricher.ts';
import type { MapGraph } from '../../src/map/types.ts';
import { command } from '../containers/command.ts';
import { poll } from '../live/probe.ts';
import { CLUSTER_IP, OUTSIDE, Shop } from './shop.ts';

let shop: Shop;

beforeAll(async () => {
  shop = await Shop.open();
});

afterAll(() => shop?.close());

const sysprobe = async (...args: string[]) =>
  command(process.execPath, ['dist/sysprobe.js', ...args, '--server', shop.agent.url]);

async function flows(query: string): Promise<NamedFlowRecord[]> {
  return (await shop.agent.get<{ flows: NamedFlowRecord[] }>(`/api/v1/flows?${query}`)).flows;
}

/** Waits until the flows are good. */
async function flowsOnce(query: string, isGood: (flows: NamedFlowRecord[]) => boolean = () => true) {
  let found: NamedFlowRecord[] = [];
  await poll(async () => {
    found = await flows(query);
    return found.length > 0 && isGood(found);
  });
  return found;
}

/** The edges as `client > server`. */
function edgesOf({ nodes, edges }: MapGraph): string[] {
  const named = new Map(nodes.map(({ id, kind, name }) => [id, `${kind} ${name}`]));
  return edges
    .map(({ source, target, port }) => `${named.get(source)} > ${named.get(target)}:${port}`)
    .sort();
}

describe('a flow', () => {
  it('from one namespace to a service of another has both pods and the service', async () => {
    const [flow] = await flowsOnce(
      'last=1&direction=outgoing&from-workload=web&to-service=cart&state=closed',
    );
    expect(flow).toMatchObject({
      dest: {
        ip: CLUSTER_IP,
        port: 80,
        kubernetes: {
          namespace: 'shop',
          pod: 'cart-6d9f7c5b8-x2x4z',
          workload: { kind: 'Deployment', name: 'cart' },
          service: 'cart',
        },
      },
      translated: { dest: { ip: shop.pod('cart').pod.ip, port: 8080 } },
      kubernetes: {
        namespace: 'front',
        pod: 'web-7c9d8b6f5-k4k8w',
        workload: { kind: 'Deployment', name: 'web' },
        labels: { app: 'web' },
        container: 'main',
      },
    });
  });

  it('at the side of the server has the service that was called, and the pod that called', async () => {
    const [flow] = await flowsOnce('last=1&direction=incoming&from-namespace=front&to-pod=shop/cart');
    expect(flow?.kubernetes).toMatchObject({ pod: 'cart-6d9f7c5b8-x2x4z', service: 'cart' });
    expect(flow?.dest.kubernetes?.namespace).toBe('front');
  });

  it('to a host outside that refuses has its name and the reason', async () => {
    const [flow] = await flowsOnce(`last=1&from-workload=Deployment/web&to-domain=${OUTSIDE.name}`);
    expect(flow).toMatchObject({
      dest: { ip: OUTSIDE.ip, domain: OUTSIDE.name },
      failure: 'refused',
      kubernetes: { namespace: 'front' },
    });
    expect(flow?.dest.kubernetes).toBeUndefined();
  });

  it('keeps its names when its pod is gone', async () => {
    const query = 'workload=CronJob/report&direction=outgoing';
    await flowsOnce(query);
    await shop.remove('report');
    await poll(async () => {
      const { tables } = await shop.agent.status();
      return tables.some(({ name, used }) => name === 'gonePods' && used > 0);
    });
    const [flow] = await flows(query);
    expect(flow?.kubernetes).toMatchObject({ namespace: 'front', pod: 'report-28700000-q7q9w' });
    expect(flow?.dest.kubernetes).toMatchObject({ service: 'cart' });
  });
});

describe('the map', () => {
  const outside = `domain ${OUTSIDE.name}:80`;

  it.each([
    [
      'workload',
      [
        'workload cart > workload redis:6379',
        'workload report > workload cart:8080',
        `workload web > ${outside}`,
        'workload web > workload cart:8080',
      ],
    ],
    [
      'service',
      [
        'service cart > workload redis:6379',
        'workload report > service cart:8080',
        `workload web > ${outside}`,
        'workload web > service cart:8080',
      ],
    ],
    [
      'namespace',
      [
        `namespace front > ${outside}`,
        'namespace front > namespace shop:8080',
        'namespace shop > namespace shop:6379',
      ],
    ],
    [
      'pod',
      [
        'pod cart-6d9f7c5b8-x2x4z > pod redis-0:6379',
        'pod report-28700000-q7q9w > pod cart-6d9f7c5b8-x2x4z:8080',
        `pod web-7c9d8b6f5-k4k8w > ${outside}`,
        'pod web-7c9d8b6f5-k4k8w > pod cart-6d9f7c5b8-x2x4z:8080',
      ],
    ],
  ])('by %s has who called whom', async (group, expected) => {
    // Others on the machine make connections too.
    const query = `group=${group}&namespace=front&namespace=shop&protocol=tcp`;
    await poll(async () => edgesOf(await shop.agent.map(query)).length >= expected.length);
    expect(edgesOf(await shop.agent.map(query))).toEqual(expected);
  });

  it('counts the connections that failed on the edge to the host outside', async () => {
    const { edges } = await shop.agent.map('group=workload&from-workload=web&failure=refused');
    expect(edges).toHaveLength(1);
    expect(edges[0]?.connections.failed.refused).toBeGreaterThan(0);
  });
});

describe('the command line', () => {
  it('gives the same flows', async () => {
    const query = 'last=5&from-workload=web&to-service=cart&state=closed&until=1s';
    const [newest] = await flowsOnce(query);
    const options = ['--from-workload', 'web', '--to-service', 'cart', '--state', 'closed', '--all'];
    const lines = (await sysprobe('flows', ...options, '-o', 'json')).split('\n');
    expect(lines.map((line) => JSON.parse(line))).toContainEqual(newest);
  });

  it('gives the same map', async () => {
    const text = await sysprobe('map', '--group-by', 'workload', '--namespace', 'front', '-o', 'json');
    const map = await shop.agent.map('group=workload&namespace=front');
    const shape = (graph: MapGraph) => [graph.group, graph.nodes.map(({ id }) => id), edgesOf(graph)];
    expect(shape(JSON.parse(text))).toEqual(shape(map));
  });

  it('says that Kubernetes is read', async () => {
    expect(await sysprobe('status')).toContain('kubernetes');
  });
});

it('names who asked for names', async () => {
  const { dns } = await shop.agent.get<{ dns: { kubernetes: object }[] }>(
    `/api/v1/dns?domain=${OUTSIDE.name}&workload=web&last=1`,
  );
  expect(dns).toMatchObject([{ kubernetes: { namespace: 'front', pod: 'web-7c9d8b6f5-k4k8w' } }]);
});

it('names containers', async () => {
  const { containers } = await shop.agent.get<{ containers: object[] }>(
    '/api/v1/containers?pod=shop/redis&container=main',
  );
  expect(containers).toMatchObject([
    {
      kubernetes: { namespace: 'shop', pod: 'redis-0', container: 'main', workload: { kind: 'StatefulSet' } },
    },
  ]);
});

describe('an agent that excludes a namespace', () => {
  it('keeps nothing of its containers, and what others have with them', async () => {
    const agent = await shop.anotherAgent(['--exclude-containers', 'kube_namespace:^front$ image:none']);
    const own = async (namespace: string) => {
      const { flows } = await agent.get<{ flows: NamedFlowRecord[] }>(`/api/v1/flows?namespace=${namespace}`);
      return flows.filter(({ kubernetes }) => kubernetes?.namespace === namespace);
    };
    await poll(async () => (await own('shop')).length > 5);
    expect(await own('front')).toEqual([]);
    const records = async (path: string) => {
      const answer = await agent.get<Record<string, { kubernetes?: { namespace?: string } }[]>>(
        `/api/v1/${path}`,
      );
      return new Set(answer[path]?.map(({ kubernetes }) => kubernetes?.namespace));
    };
    for (const path of ['processes', 'containers']) {
      expect(await records(path)).toContain('shop');
      expect(await records(path)).not.toContain('front');
    }
    expect(await records('dns')).not.toContain('front');
    const edges = edgesOf(await agent.map('group=workload&namespace=front&namespace=shop&protocol=tcp'));
    expect(edges).toContain('workload web > workload cart:8080');
    expect(edges.filter((edge) => edge.includes(OUTSIDE.name))).toEqual([]);
    expect((await agent.status()).loss.eventsExcluded).toBeGreaterThan(0);
  });
});
