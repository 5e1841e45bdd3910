import type { MapFlow, MapGraph } from './types.ts';

export const NOW = Date.parse('2026-03-01T12:00:00Z');

/** One connection as both of its sides report it. */
export interface Sample {
  id: string;
  client: { ip: string; port: number; comm?: string; container?: string; netns?: number };
  server: { ip: string; port: number; comm?: string; container?: string; netns?: number };
  openedMs: number;
  sent: number;
  received: number;
}

export const sample: Sample = {
  id: 's',
  client: { ip: '10.0.0.1', port: 40_000, comm: 'curl' },
  server: { ip: '10.0.0.2', port: 80, comm: 'nginx' },
  openedMs: NOW - 10_000,
  sent: 100,
  received: 2000,
};

export function clientFlow({ id, client, server, openedMs, sent, received }: Sample): MapFlow {
  return {
    ...common(client, server),
    id: `${id}-client`,
    role: 'client',
    openedMs,
    lastSeenMs: openedMs,
    sent: { bytes: sent },
    received: { bytes: received },
  };
}

export function serverFlow({ id, client, server, openedMs, sent, received }: Sample): MapFlow {
  return {
    ...common(server, client),
    id: `${id}-server`,
    role: 'server',
    openedMs: openedMs + 1,
    lastSeenMs: openedMs + 1,
    sent: { bytes: received },
    received: { bytes: sent },
  };
}

export function closed(flow: MapFlow, closedMs: number): MapFlow {
  return { ...flow, state: 'closed', closedMs, lastSeenMs: closedMs };
}

export function edgeNames({ nodes, edges }: MapGraph): string[] {
  const name = new Map(nodes.map((node) => [node.id, node.name]));
  return edges.map(({ source, target }) => `${name.get(source)} -> ${name.get(target)}`);
}

function common(own: Sample['client'], other: Sample['client']) {
  return {
    protocol: 'tcp',
    direction: 'local',
    ...(own.netns !== undefined && { netns: own.netns }),
    source: { ip: own.ip, port: own.port },
    dest: { ip: other.ip, port: other.port },
    ...(own.comm !== undefined && { process: { comm: own.comm } }),
    ...(own.container !== undefined && { container: { id: own.container, runtime: 'docker' } }),
    state: 'established',
  };
}
