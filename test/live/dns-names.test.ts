import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MapGraph } from '../../src/map/types.ts';
import type { FlowRecord } from '../../src/wire/flow.ts';
import { type BothPrograms, startBoth } from './agent.ts';
import { inNetns, withResolver } from './dns-clients.ts';
import { netnsInode } from './dns-records.ts';
import { type DnsServer, startDnsmasq } from './dns-servers.ts';
import { makeNamespacePair, type NamespacePair } from './namespaces.ts';
import { type FlowEvent, type Following, poll, type RunningProbe } from './probe.ts';

let pair: NamespacePair;
let netns: number;
let server: DnsServer;
let programs: BothPrograms;
let probe: RunningProbe;
let stream: Following;

beforeAll(async () => {
  pair = makeNamespacePair('dnsn');
  netns = netnsInode(pair.left.name);
  const web = { ip: pair.right.ip, ip6: pair.right.ip6 };
  server = await startDnsmasq({ netns: pair.right.name, listen: [pair.right.ip], port: 53, web });
  programs = await startBoth();
  ({ probe } = programs);
  stream = await probe.follow();
});

afterAll(async () => {
  stream?.stop();
  await programs?.stop();
  await server?.stop();
  pair?.remove();
});

/** Nobody listens there: a refused connection is a flow too. */
const CLOSED_PORT = 9;
const connect = (...names: string[]) => `
import socket
for name in ${JSON.stringify(names)}:
    for family, kind, protocol, _, address in socket.getaddrinfo(name, ${CLOSED_PORT}, type=socket.SOCK_STREAM):
        end = socket.socket(family, kind, protocol)
        end.connect_ex(address)
        end.close()
`;
const python = (script: string) => withResolver(pair.left.name, pair.right.ip, ['python3', '-c', script]);

/** What comes of flows to a port, from the namespace that asks or another. */
async function eventsOf(port: number, from: number, count: number): Promise<FlowEvent[]> {
  const ours = () => stream.events.filter(({ dest, netns: of }) => dest?.port === port && of === from);
  await stream.until(() => ours().length >= count);
  return ours();
}

describe('a flow to an address that was looked up', () => {
  it('tells the name that was asked for, whatever its aliases, from its first event on', async () => {
    await python(connect('www.shop.test'));
    const events = await eventsOf(CLOSED_PORT, netns, 2);
    expect(new Set(events.map(({ dest }) => dest.ip))).toEqual(new Set([pair.right.ip, pair.right.ip6]));
    for (const { dest } of events) {
      expect(dest).toMatchObject({ domain: 'www.shop.test' });
      expect(dest).not.toHaveProperty('otherDomains');
    }
  });

  it('tells in how many other ways it may have been meant', async () => {
    const before = (await eventsOf(CLOSED_PORT, netns, 2)).length;
    await python(connect('edge.shop.test'));
    const events = (await eventsOf(CLOSED_PORT, netns, before + 2)).slice(before);
    for (const { dest } of events) expect(dest).toMatchObject({ domain: 'edge.shop.test', otherDomains: 1 });
  });

  it('tells nothing in another namespace, nor on the side that was called', async () => {
    const there = netnsInode(pair.right.name);
    await inNetns(pair.right.name, ['python3', '-c', connect(pair.right.ip)]);
    for (const { dest } of await eventsOf(CLOSED_PORT, there, 1)) expect(dest).not.toHaveProperty('domain');
  });

  it('tells it of a conversation of UDP', async () => {
    const port = 4007;
    await python(`
import socket
ends = socket.getaddrinfo("www.shop.test", ${port}, socket.AF_INET, socket.SOCK_DGRAM)
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ends[0][4])
`);
    let flows: FlowRecord[] = [];
    await poll(async () => {
      flows = (await probe.flows(`all=true&port=${port}`)).filter((flow) => flow.netns === netns);
      return flows.length > 0;
    });
    expect(flows).toMatchObject([{ protocol: 'udp', dest: { ip: pair.right.ip, domain: 'www.shop.test' } }]);
  });

  it('is on the map to the domain, with the addresses that it was', async () => {
    let graph: MapGraph | undefined;
    await poll(async () => {
      graph = await programs.agent.map('to-domain=www.shop.test');
      return graph.nodes.some(({ addresses }) => addresses?.length === 2);
    });
    const edges = graph?.edges.filter(({ target }) => target === 'domain:www.shop.test');
    expect(edges?.map(({ protocol }) => protocol).sort()).toEqual(['tcp', 'udp']);
    const node = graph?.nodes.find(({ kind }) => kind === 'domain');
    expect(node?.name).toBe('www.shop.test');
    expect(node?.addresses).toEqual([pair.right.ip, pair.right.ip6].sort());
  });

  it('is opened with its name, a thousand times', async () => {
    const port = 4008;
    const before = stream.events.length;
    await python(`
import socket
for _ in range(1000):
    address = socket.getaddrinfo("web.shop.test", ${port}, socket.AF_INET, socket.SOCK_STREAM)[0][4]
    end = socket.socket()
    end.connect_ex(address)
    end.close()
`);
    await stream.until(
      (events) => events.slice(before).filter(({ dest }) => dest?.port === port).length >= 1000,
    );
    const events = stream.events.slice(before).filter(({ dest }) => dest?.port === port);
    expect(events.filter(({ dest }) => dest.domain !== 'web.shop.test')).toEqual([]);
  });
});
