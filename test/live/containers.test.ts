import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MapGraph } from '../../src/map/types.ts';
import type { FlowRecord } from '../../src/wire/flow.ts';
import { sysprobe } from '../cli/harness.ts';
import { unifiedCgroup } from '../containers/cgroups.ts';
import { type Container, Podman } from '../containers/podman.ts';
import { type BothPrograms, startBoth } from './agent.ts';
import { poll } from './probe.ts';

const PORT = 8080;
const ANSWER_BYTES = 1_000_000;
const REQUEST = 'GET /answer HTTP/1.0\\r\\n\\r\\n';
const REQUEST_BYTES = 24;
const REQUESTS = 3;

let podman: Podman;
let programs: BothPrograms;
let server: Container;
let client: Container;
/** What the client has read, headers included. */
let answered: number;

beforeAll(async () => {
  podman = await Podman.create();
  programs = await startBoth();
  const files = `mkdir /www && head -c ${ANSWER_BYTES} /dev/zero > /www/answer`;
  server = await podman.runContainer({
    command: ['sh', '-c', `${files} && exec httpd -f -p ${PORT} -h /www`],
    network: 'bridge',
  });
  client = await podman.runContainer({ command: ['sleep', '600'], network: 'bridge' });
  await poll(async () => (await podman.exec(server, ['netstat', '-ltn'])).includes(`:${PORT} `));
  const ask = `printf '${REQUEST}' | nc ${server.ip} ${PORT}`;
  const times = Array.from({ length: REQUESTS }, () => ask).join('; ');
  answered = Number(await podman.exec(client, ['sh', '-c', `{ ${times}; } | wc -c`]));
});

afterAll(async () => {
  await programs?.stop();
  await podman?.close();
});

const connectsBoth = ({ source, target }: { source: string; target: string }) =>
  [client, server].every(({ id }) => `${source} ${target}`.includes(id));

/** The one edge between the two containers, when all of it has come. */
async function edgeOf(ask: () => Promise<MapGraph>) {
  await poll(async () => {
    const closed = (await ask()).edges.filter(connectsBoth).map(({ connections }) => connections.closed);
    return closed.includes(REQUESTS);
  });
  const { edges, nodes } = await ask();
  const between = edges.filter(connectsBoth);
  expect(between).toHaveLength(1);
  return { edge: between[0], nodes };
}

const figures = () => ({
  ports: [PORT],
  protocol: 'tcp',
  connections: { active: 0, opened: REQUESTS, closed: REQUESTS, failed: {} },
  bytes: { forward: REQUESTS * REQUEST_BYTES, backward: answered },
});

describe('two containers that talk to each other over a bridge', () => {
  it('are both named by the flows, each by its own side', async () => {
    const { probe } = programs;
    let flows: FlowRecord[] = [];
    await poll(async () => {
      flows = await probe.flows(`ip=${server.ip}&port=${PORT}&container=${client.id}&state=closed`);
      flows.push(...(await probe.flows(`ip=${server.ip}&container=${server.id}&state=closed`)));
      return flows.length >= 2 * REQUESTS;
    });
    expect(flows).toHaveLength(2 * REQUESTS);
    const sideOf = ({ id, pid }: Container) => ({
      direction: 'local',
      container: { id, runtime: 'podman' },
      cgroup: unifiedCgroup(pid),
    });
    for (const flow of flows) {
      if (flow.role === 'client') {
        expect(flow).toMatchObject({
          ...sideOf(client),
          process: { comm: 'nc' },
          source: { ip: client.ip },
          dest: { ip: server.ip, port: PORT },
          sent: { bytes: REQUEST_BYTES },
        });
      } else {
        expect(flow).toMatchObject({
          ...sideOf(server),
          process: { comm: 'httpd' },
          source: { ip: server.ip, port: PORT },
          dest: { ip: client.ip },
          received: { bytes: REQUEST_BYTES },
        });
      }
    }
    const bytes = (role: string, way: 'sent' | 'received') =>
      flows.reduce((sum, flow) => sum + (flow.role === role ? flow[way].bytes : 0), 0);
    expect([bytes('client', 'received'), bytes('server', 'sent')]).toEqual([answered, answered]);
  });

  it('are two nodes of the map with one edge, joined from both sides and exact', async () => {
    const { edge, nodes } = await edgeOf(() => programs.agent.map('group=container'));
    expect(edge).toMatchObject({
      ...figures(),
      source: `container:${client.id}`,
      target: `container:${server.id}`,
    });
    for (const { id } of [client, server]) {
      expect(nodes.find((node) => node.id === `container:${id}`)).toMatchObject({
        kind: 'container',
        name: id.slice(0, 12),
        detail: { container: id, runtime: 'podman' },
      });
    }
  });

  it('are processes of their containers where the map is of processes', async () => {
    const { edge } = await edgeOf(() => programs.agent.map('group=process'));
    expect(edge).toMatchObject({
      ...figures(),
      source: `process:${client.id}/nc`,
      target: `process:${server.id}/httpd`,
    });
  });

  it.each([
    ['the agent', () => ['--server', programs.agent.url]],
    ['the probe', () => ['--socket', programs.probe.socket]],
  ])('are the same on the map that the command line draws of %s', async (_, from) => {
    const map = async (...options: string[]) => {
      const { code, stdout, stderr } = await sysprobe([
        'map',
        '--group-by',
        'container',
        ...options,
        ...from(),
      ]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      return stdout;
    };
    const { edge } = await edgeOf(async () => JSON.parse(await map('-o', 'json', '--ip', server.ip ?? '')));
    expect(edge).toMatchObject({ ...figures(), source: `container:${client.id}` });
    const [from12, to12] = [client, server].map(({ id }) => id.slice(0, 12));
    expect(await map()).toMatch(new RegExp(`^ *${from12} +-> +${to12} +${PORT}/tcp +0 +${REQUESTS} `, 'm'));
  });
});
