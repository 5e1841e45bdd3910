import { type Edge, edgeId } from './edges.ts';
import { type NodeFace, networkFace, OTHERS } from './faces.ts';

export interface GatherOptions {
  /** Nodes that may be left of the addresses. */
  limit: number;
  /** Ids of the nodes in whose place what is inside of them is drawn. */
  expand?: ReadonlySet<string> | undefined;
}

export interface Gathered {
  edges: Edge[];
  /** Addresses by the id of the node that they are gathered in. */
  members: Map<string, Set<string>>;
}

interface Address {
  face: NodeFace;
  ip: string;
  /** As networksOf() has them. */
  networks: readonly string[];
  bytes: number;
}

/** So many addresses of one network make a node of it. */
const MIN_MEMBERS = 4;
/** Octets of IPv4, and groups of 16 bits of IPv6: from small networks to large ones. */
const LEVELS = [
  { octets: 3, groups: 4 },
  { octets: 2, groups: 3 },
  { octets: 1, groups: 2 },
] as const;

/** The networks that an address may be gathered in, as CIDR: the smallest first. */
export function networksOf(ip: string): string[] {
  if (ip.includes(':')) {
    const all = groupsOf(ip);
    return LEVELS.map(({ groups }) => `${withoutZeros(all.slice(0, groups))}::/${groups * 16}`);
  }
  const all = ip.split('.');
  return LEVELS.map(({ octets }) => {
    const network = all.map((octet, i) => (i < octets ? octet : '0'));
    return `${network.join('.')}/${octets * 8}`;
  });
}

/**
 * The edges with at most `limit` nodes for the addresses at their ends: as many as are needed are nodes of their
 * networks, those with most addresses first, and of what is still too much, what carried least is one node. Loopback
 * addresses stay.
 */
export function gather(edges: Edge[], options: GatherOptions): Gathered {
  const addresses = addressesOf(edges);
  const faces = gatheredFaces(addresses, options);
  const members = new Map<string, Set<string>>();
  for (const [id, face] of faces) {
    if (face.kind === 'network') addTo(members, face.id, addresses.get(id)?.ip ?? '');
  }
  return { edges: faces.size === 0 ? edges : withFaces(edges, faces), members };
}

/** What addresses are drawn as, by id; those that stay as they are are not in it. */
function gatheredFaces(
  addresses: ReadonlyMap<string, Address>,
  { limit, expand }: GatherOptions,
): Map<string, NodeFace> {
  const faces = new Map<string, NodeFace>();
  const left = new Map(addresses);
  for (const [id, { networks, face }] of expand === undefined ? [] : addresses) {
    const outer = networks.map(networkFace).find((network) => expand?.has(network.id));
    if (outer === undefined) continue;
    faces.set(id, { ...face, parent: outer });
    left.delete(id);
  }
  let nodes = left.size;
  for (const level of LEVELS.keys()) {
    for (const [name, ids] of byNetwork(left, level)) {
      if (nodes <= limit) return faces;
      for (const id of ids) {
        faces.set(id, networkFace(name));
        left.delete(id);
      }
      nodes -= ids.size - 1;
    }
  }
  if (nodes <= limit) return faces;
  const drawn = [...byFace(addresses, faces).values()].sort((a, b) => a.bytes - b.bytes);
  for (const id of drawn.slice(0, nodes - limit + 1).flatMap(({ ids }) => ids)) {
    const { face } = addresses.get(id) as Address;
    faces.set(id, expand?.has(OTHERS.id) ? { ...face, parent: OTHERS } : OTHERS);
  }
  return faces;
}

/** What is drawn of the addresses so far, but for those inside of expanded nodes. */
function byFace(
  addresses: ReadonlyMap<string, Address>,
  faces: ReadonlyMap<string, NodeFace>,
): Map<string, { ids: string[]; bytes: number }> {
  const drawn = new Map<string, { ids: string[]; bytes: number }>();
  for (const [id, { face, bytes }] of addresses) {
    const { id: node, parent } = faces.get(id) ?? face;
    if (parent !== undefined) continue;
    const known = drawn.get(node) ?? { ids: [], bytes: 0 };
    known.ids.push(id);
    known.bytes += bytes;
    drawn.set(node, known);
  }
  return drawn;
}

function addressesOf(edges: readonly Edge[]): Map<string, Address> {
  const addresses = new Map<string, Address>();
  for (const { source, target, figures } of edges) {
    for (const face of [source, target]) {
      const { ip, netns } = face.detail ?? {};
      if (face.kind !== 'address' || typeof ip !== 'string' || netns !== undefined || face.parent) continue;
      const known = addresses.get(face.id) ?? { face, ip, networks: networksOf(ip), bytes: 0 };
      known.bytes += figures.count('forward') + figures.count('backward');
      addresses.set(face.id, known);
    }
  }
  return addresses;
}

/** Those with enough members, the largest first. */
function byNetwork(
  addresses: ReadonlyMap<string, Address>,
  level: number,
): [name: string, ids: Set<string>][] {
  const members = new Map<string, Set<string>>();
  for (const [id, { networks }] of addresses) addTo(members, networks[level] ?? '', id);
  return [...members]
    .filter(([, ids]) => ids.size >= MIN_MEMBERS)
    .sort(([a, x], [b, y]) => y.size - x.size || (a < b ? -1 : 1));
}

/** Edges that have become the same are one. */
function withFaces(edges: readonly Edge[], faces: ReadonlyMap<string, NodeFace>): Edge[] {
  const merged = new Map<string, Edge>();
  for (const edge of edges) {
    const source = faces.get(edge.source.id) ?? edge.source;
    const target = faces.get(edge.target.id) ?? edge.target;
    const id = edgeId(edge.protocol, source, target);
    const known = merged.get(id);
    if (known === undefined) merged.set(id, { ...edge, id, source, target });
    else {
      known.figures.merge(edge.figures);
      for (const port of edge.ports) known.ports.add(port);
    }
  }
  return [...merged.values()];
}

export function addTo(members: Map<string, Set<string>>, id: string, member: string): void {
  const known = members.get(id);
  if (known === undefined) members.set(id, new Set([member]));
  else known.add(member);
}

function groupsOf(ip: string): string[] {
  const [before = [], after = []] = ip.split('::').map((half) => half.split(':').filter(Boolean));
  const zeros = new Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  return [...before, ...zeros, ...after];
}

function withoutZeros(groups: readonly string[]): string {
  return groups.join(':').replace(/(^|:)0(:0)*$/, '');
}
