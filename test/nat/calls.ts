import type { FlowRecord } from '../../src/wire/flow.ts';
import { Peer } from './peer.ts';
import { IP, NODE_IP, NODE_PORT, SERVICE, type Topology } from './topology.ts';

export interface Peers {
  client: Peer;
  server: Peer;
  outside: Peer;
  stop(): Promise<void>;
}

/** What a flow says of its ends. */
export type FlowEnds = Pick<FlowRecord, 'role' | 'source' | 'dest' | 'translated'>;

export interface Call {
  what: string;
  family: 'ipv4' | 'ipv6';
  /** Calls; the port that it comes from, and its two flows, the client's first. */
  make(peers: Peers): Promise<{ port: number; flows: FlowEnds[] }>;
}

/** Processes in the topology; that of the server listens. */
export async function startPeers(topology: Topology): Promise<Peers> {
  const [client, server, outside] = [topology.client, topology.server, topology.outside].map(
    (namespace) => new Peer(namespace),
  ) as [Peer, Peer, Peer];
  await server.listen(...Object.values(IP.server).map((ip) => ({ ip, port: SERVICE.backend })));
  const stop = async () => {
    await Promise.all([client, server, outside].map((peer) => peer.stop()));
  };
  return { client, server, outside, stop };
}

/** What NAT does to calls on a node, as both ends' flows have to tell it. */
export const calls: Call[] = (['ipv4', 'ipv6'] as const).flatMap((family) => {
  const backend = { ip: IP.server[family], port: SERVICE.backend };
  return [
    {
      what: `a service over ${family}`,
      family,
      async make({ client }: Peers) {
        const service = { ip: SERVICE[family], port: SERVICE.port };
        const { source } = (await client.connect(service)).client;
        return {
          port: source.port,
          flows: [
            { role: 'client' as const, source, dest: service, translated: { dest: backend } },
            { role: 'server' as const, source: backend, dest: source, translated: { source: service } },
          ],
        };
      },
    },
    {
      what: `a port of the node over ${family}`,
      family,
      async make({ outside }: Peers) {
        const node = { ip: NODE_IP.outside[family], port: NODE_PORT };
        const { client, server } = await outside.connect(node);
        const { source } = client;
        return {
          port: source.port,
          flows: [
            {
              role: 'client' as const,
              source,
              dest: node,
              translated: { source: server.dest, dest: backend },
            },
            {
              role: 'server' as const,
              source: backend,
              dest: server.dest,
              translated: { source: node, dest: source },
            },
          ],
        };
      },
    },
    {
      what: `a pod over ${family}, without NAT`,
      family,
      async make({ client }: Peers) {
        const { source } = (await client.connect(backend)).client;
        return {
          port: source.port,
          flows: [
            { role: 'client' as const, source, dest: backend },
            { role: 'server' as const, source: backend, dest: source },
          ],
        };
      },
    },
  ];
});

export function endsOf({ role, source, dest, translated }: FlowRecord): FlowEnds {
  const ends = { role, source: bare(source), dest: bare(dest), translated };
  return JSON.parse(JSON.stringify(ends));
}

/** Without what its address was looked up as. */
function bare({ ip, port }: FlowRecord['dest']) {
  return { ip, port };
}
