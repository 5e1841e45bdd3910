import type { NodeFace } from './faces.ts';
import type { MapFlow, MapNames } from './types.ts';

/** Who is at one end of a connection. Ends with the same key are the same on the map, whatever the grouping. */
export interface End {
  key: string;
  ip: string;
  /** Network namespace of a loopback address: 127.0.0.1 is another host in each. */
  netns?: number | undefined;
  domain?: string | undefined;
  comm?: string | undefined;
  /** The first that was seen: a name decides what a process is, since one service may have several files. */
  exe?: string | undefined;
  container?: string | undefined;
  runtime?: string | undefined;
  /** As the flow said; without it, the directory is asked when the map is drawn. */
  names?: MapNames | undefined;
  /** What nodeFace() found last for an end with an owner: they are few, and asked for again and again. */
  face?: { question: string; face: NodeFace };
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
    if (flow.kubernetes !== undefined && known.names === undefined) {
      known.names = flow.kubernetes;
      delete known.face;
    }
    if (comm !== undefined || known.exe === exe) return known;
  }
  const { ip } = flow.source;
  const names = flow.kubernetes ?? (known?.container === container ? known?.names : undefined);
  const netns = isLoopback(ip) ? flow.netns : undefined;
  const key = keyOf({ container, name: comm ?? exe, ip, netns, service: names?.service });
  return { key, ip, netns, comm, exe, container, runtime, names };
}

/** The other end while nothing but its address is known: the real one, behind NAT. */
export function peerEnd({ dest, translated, netns }: MapFlow): End {
  const { domain, kubernetes: names } = dest;
  const end = addressEnd({ ip: translated?.dest?.ip ?? dest.ip, domain }, netns);
  return names === undefined ? end : { ...end, key: `${end.key}\0${namesKey(names)}`, names };
}

/** An address is given to another pod when its own is gone. */
export function namesKey({ namespace, pod, service, node }: MapNames): string {
  return [namespace, pod, service, node].join('\0');
}

/** `netns` is that of the observing socket. */
export function addressEnd(
  address: { ip: string; domain?: string | undefined },
  netns: number | undefined,
): End {
  const { ip, domain } = address;
  const scope = isLoopback(ip) ? netns : undefined;
  return { key: keyOf({ ip, netns: scope, domain }), ip, netns: scope, domain };
}

interface Identity {
  container?: string | undefined;
  name?: string | undefined;
  ip: string;
  netns: number | undefined;
  domain?: string | undefined;
  /** Of those that lead to a pod, the one that was called. */
  service?: string | undefined;
}

/** A zero byte is in none of them. Joined, it is one piece of memory; a template keeps its parts apart for as long as it lives. */
function keyOf({ container, name, ip, netns, domain, service }: Identity): string {
  return [container, name, ip, netns, domain, service].join('\0');
}

export function isLoopback(ip: string): boolean {
  return ip === '::1' || ip.startsWith('127.');
}
