import type { MapFlow, MapGroup, MapNode } from './types.ts';

/** Who is at one end of a connection. Ends with the same key are the same on the map, whatever the grouping. */
export interface End {
  key: string;
  ip: string;
  /** Network namespace of a loopback address: 127.0.0.1 is another host in each. */
  netns?: number;
  domain?: string;
  comm?: string;
  /** The first that was seen: a name decides what a process is, since one service may have several files. */
  exe?: string;
  container?: string;
  runtime?: string;
  /** What nodeFace() found last for an end with an owner: they are few, and asked for again and again. */
  face?: { group: MapGroup; face: NodeFace };
}

/** The end that the flow was observed at. `known` is what earlier reports said: an owner is never forgotten. */
export function ownEnd(flow: MapFlow, known?: End): End {
  const { comm = known?.comm, exe = known?.exe } = flow.process ?? {};
  const { id: container = known?.container, runtime = known?.runtime } = flow.container ?? {};
  if (known !== undefined && known.comm === comm && known.container === container) {
    if (comm !== undefined && exe !== undefined && known.exe === undefined) {
      known.exe = exe;
      delete known.face;
    }
    if (comm !== undefined || known.exe === exe) return known;
  }
  const { ip } = flow.source;
  return {
    ...addressEnd({ ip }, flow.netns),
    key: keyOf({ container, name: comm ?? exe, ip, netns: isLoopback(ip) ? flow.netns : undefined }),
    ...(comm !== undefined && { comm }),
    ...(exe !== undefined && { exe }),
    ...(container !== undefined && { container }),
    ...(runtime !== undefined && { runtime }),
  };
}

/** The other end while nothing but its address is known: the real one, behind NAT. */
export function peerEnd({ dest, translated, netns }: MapFlow): End {
  return addressEnd({ ip: translated?.dest?.ip ?? dest.ip, domain: dest.domain }, netns);
}

/** `netns` is that of the observing socket. */
export function addressEnd(
  address: { ip: string; domain?: string | undefined },
  netns: number | undefined,
): End {
  const { ip, domain } = address;
  const scope = isLoopback(ip) ? netns : undefined;
  return {
    key: keyOf({ ip, netns: scope, domain }),
    ip,
    ...(scope !== undefined && { netns: scope }),
    ...(domain !== undefined && { domain }),
  };
}

interface Identity {
  container?: string | undefined;
  name?: string | undefined;
  ip: string;
  netns: number | undefined;
  domain?: string | undefined;
}

/** A zero byte is in none of them. */
function keyOf({ container, name, ip, netns, domain }: Identity): string {
  return [container, name, ip, netns, domain].join('\0');
}

export function isLoopback(ip: string): boolean {
  return ip === '::1' || ip.startsWith('127.');
}

/** What a node is, before it has figures. */
export type NodeFace = Pick<MapNode, 'id' | 'kind' | 'name' | 'detail'>;

export function nodeFace(end: End, group: MapGroup): NodeFace {
  if (end.comm === undefined && end.exe === undefined && end.container === undefined) return addressFace(end);
  if (end.face?.group !== group) end.face = { group, face: faceOf(end, group) };
  return end.face.face;
}

function faceOf(end: End, group: MapGroup): NodeFace {
  const name = end.comm ?? baseName(end.exe);
  if (group === 'process' && name !== undefined) return processFace(end, name);
  if (group !== 'address' && end.container !== undefined) return containerFace(end, end.container);
  if (group !== 'address' && name !== undefined) return processFace(end, name);
  return addressFace(end);
}

function processFace(end: End, name: string): NodeFace {
  const detail = {
    ...(end.exe !== undefined && { exe: end.exe }),
    ...(end.container !== undefined && { container: end.container }),
    ...(end.runtime !== undefined && { runtime: end.runtime }),
  };
  return { id: `process:${end.container ?? 'host'}/${name}`, kind: 'process', name, detail };
}

function containerFace(end: End, container: string): NodeFace {
  const detail = { container, ...(end.runtime !== undefined && { runtime: end.runtime }) };
  return { id: `container:${container}`, kind: 'container', name: container.slice(0, 12), detail };
}

function addressFace(end: End): NodeFace {
  const name = end.domain ?? end.ip;
  const id = end.netns === undefined ? `address:${name}` : `address:${name}@${end.netns}`;
  const detail = { ip: end.ip, ...(end.netns !== undefined && { netns: end.netns }) };
  return { id, kind: 'address', name, detail };
}

function baseName(path: string | undefined): string | undefined {
  return path?.slice(path.lastIndexOf('/') + 1);
}
