import type { MapEdge, MapNode } from '../../map/types.ts';
import type { Search } from '../search/tokens.ts';
import { failureText } from './health.ts';

export type Words = Pick<Search, 'words' | 'unwanted'>;

export interface Found {
  /** Nodes that match, and the ends of edges that match. */
  nodes: Set<string>;
  /** Edges that match, and those of nodes that match. */
  edges: Set<string>;
  /** Neighbours of nodes that match. */
  context: Set<string>;
}

export function textMatches(text: string, { words, unwanted }: Words): boolean {
  const lower = text.toLowerCase();
  return words.every((word) => lower.includes(word)) && !unwanted.some((word) => lower.includes(word));
}

/** What the words of a search find on the map; undefined without words. */
export function findOnMap(
  nodes: Iterable<MapNode>,
  edges: Iterable<MapEdge>,
  search: Words,
): Found | undefined {
  if (search.words.length === 0 && search.unwanted.length === 0) return undefined;
  const texts = new Map([...nodes].map((node) => [node.id, nodeText(node)]));
  const isUnwanted = (text = '') => search.unwanted.some((word) => text.includes(word));
  const named = new Set([...texts].filter(([, text]) => textMatches(text, search)).map(([id]) => id));
  const found: Found = { nodes: new Set(named), edges: new Set(), context: new Set() };
  for (const edge of edges) {
    const { id, source, target } = edge;
    const text = edgeText(edge);
    if ([text, texts.get(source), texts.get(target)].some(isUnwanted)) continue;
    if (search.words.length > 0 && textMatches(text, search)) {
      found.edges.add(id);
      found.nodes.add(source).add(target);
    } else if (named.has(source) || named.has(target)) {
      found.edges.add(id);
      found.context.add(source).add(target);
    }
  }
  return found;
}

function nodeText({ name, kind, detail = {}, parent, addresses = [] }: MapNode): string {
  return [name, kind, parent?.name ?? '', ...Object.values(detail), ...addresses].join(' ').toLowerCase();
}

function edgeText(edge: MapEdge): string {
  return `${edge.protocol} ${edge.ports.map((port) => `:${port}`).join(' ')} ${failureText(edge)}`.toLowerCase();
}
