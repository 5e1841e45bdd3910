import type { MapEdge, MapGraph, MapNode } from '../../map/types.ts';
import { Columns } from './columns.ts';
import { shortBytes, shortDuration } from './numbers.ts';
import { type Paint, printable } from './terminal.ts';

export const MAP_FORMS = ['text', 'json', 'dot', 'mermaid'] as const;
export type MapForm = (typeof MAP_FORMS)[number];

/** The whole text of a map, with a line end. */
export function formatMap(graph: MapGraph, form: MapForm, paint: Paint): string {
  switch (form) {
    case 'text':
      return mapText(graph, paint);
    case 'json':
      return `${JSON.stringify(graph)}\n`;
    case 'dot':
      return mapDot(graph);
    case 'mermaid':
      return mapMermaid(graph);
  }
}

/** A line an edge, the busiest first. */
function mapText(graph: MapGraph, paint: Paint): string {
  const names = new Map(graph.nodes.map(({ id, name }) => [id, printable(name)]));
  const nameOf = (id: string) => names.get(id) ?? printable(id);
  const columns = new Columns<MapEdge>({
    columns: [
      { header: 'CLIENT', align: 'right', cell: ({ source }) => nameOf(source) },
      { header: '', style: 'dim', cell: () => '->' },
      { header: 'SERVER', cell: ({ target }) => nameOf(target) },
      { header: 'PORT', cell: portsOf },
      { header: 'ACTIVE', align: 'right', cell: ({ connections }) => String(connections.active) },
      { header: 'OPENED', align: 'right', cell: ({ connections }) => String(connections.opened) },
      { header: 'SENT', align: 'right', cell: ({ bytes }) => shortBytes(bytes.forward) },
      { header: 'RECEIVED', align: 'right', cell: ({ bytes }) => shortBytes(bytes.backward) },
      {
        header: 'RATE',
        align: 'right',
        cell: ({ rate }) => `${shortBytes(rate.forward + rate.backward)}/s`,
      },
      {
        header: 'RTT',
        align: 'right',
        cell: ({ rttUs }) => (rttUs === undefined ? '-' : shortDuration(rttUs * 1000)),
      },
      { header: 'FAILED', cell: (edge) => failuresOf(edge) || '-' },
    ],
    separator: '  ',
    paint,
    lineStyle: (edge) => (failuresOf(edge) === '' ? undefined : 'red'),
  });
  return columns.render(byVolume(graph.edges), true);
}

function mapDot({ nodes, edges }: MapGraph): string {
  const known = new Set(nodes.map(({ id }) => id));
  const ends = edges.flatMap(({ source, target }) => [source, target]).filter((id) => !known.has(id));
  const widest = Math.max(1, ...edges.map(volume));
  return `${[
    'digraph sysprobe {',
    '  rankdir=LR;',
    '  node [shape=box, style=rounded, fontname="sans-serif"];',
    '  edge [fontname="sans-serif", fontsize=10];',
    ...nodes.map((node) => `  ${dotText(node.id)} [label=${dotText(node.name)}${dotShape(node)}];`),
    ...[...new Set(ends)].map((id) => `  ${dotText(id)};`),
    ...byVolume(edges).map((edge) => {
      const width = (1 + 4 * (Math.log1p(volume(edge)) / Math.log1p(widest))).toFixed(1);
      const color = failuresOf(edge) === '' ? '' : ', color=red, fontcolor=red';
      const ends = `${dotText(edge.source)} -> ${dotText(edge.target)}`;
      return `  ${ends} [label=${dotText(labelLines(edge).join('\n'))}, penwidth=${width}${color}];`;
    }),
    '}',
  ].join('\n')}\n`;
}

function mapMermaid({ nodes, edges }: MapGraph): string {
  const keys = new Map<string, string>();
  for (const id of [...nodes, ...edges.flatMap(({ source, target }) => [{ id: source }, { id: target }])].map(
    ({ id }) => id,
  )) {
    if (!keys.has(id)) keys.set(id, `n${keys.size}`);
  }
  const names = new Map(nodes.map(({ id, name }) => [id, name]));
  const sorted = byVolume(edges);
  const failed = sorted.flatMap((edge, i) => (failuresOf(edge) === '' ? [] : [i]));
  return `${[
    'flowchart LR',
    ...[...keys].map(([id, key]) => `  ${key}["${mermaidText(names.get(id) ?? id)}"]`),
    ...sorted.map((edge) => {
      const label = labelLines(edge).map(mermaidText).join('<br>');
      return `  ${keys.get(edge.source)} -->|"${label}"| ${keys.get(edge.target)}`;
    }),
    ...(failed.length > 0 ? [`  linkStyle ${failed.join(',')} stroke:red`] : []),
  ].join('\n')}\n`;
}

function labelLines(edge: MapEdge): string[] {
  const traffic = `↑${shortBytes(edge.bytes.forward)} ↓${shortBytes(edge.bytes.backward)}`;
  const failures = failuresOf(edge);
  return [portsOf(edge), traffic, ...(failures === '' ? [] : [failures])];
}

/** `80/tcp`, `8080,8081+3/tcp`. */
function portsOf({ ports, protocol }: MapEdge): string {
  const shown = ports.slice(0, 3).join(',');
  const more = ports.length > 3 ? `+${ports.length - 3}` : '';
  return `${shown}${more}/${protocol}`;
}

/** `refused 2, reset 1`; empty when nothing failed. */
function failuresOf({ connections }: MapEdge): string {
  return Object.entries(connections.failed)
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => `${reason} ${count}`)
    .join(', ');
}

function volume({ bytes }: MapEdge): number {
  return bytes.forward + bytes.backward;
}

/** Ties by id, so that the same map gives the same text. */
function byVolume(edges: readonly MapEdge[]): MapEdge[] {
  return [...edges].sort((a, b) => volume(b) - volume(a) || (a.id < b.id ? -1 : 1));
}

function dotShape({ kind }: MapNode): string {
  switch (kind) {
    case 'process':
      return '';
    case 'container':
      return ', shape=component';
    case 'address':
    case 'domain':
    case 'network':
      return ', shape=ellipse, style=dashed';
    default:
      return ', shape=box3d';
  }
}

function dotText(text: string): string {
  const lines = text.split('\n').map((line) => printable(line).replace(/["\\]/g, '\\$&'));
  return `"${lines.join('\\n')}"`;
}

/** Mermaid reads its labels as HTML with entities that begin with # instead of &. */
function mermaidText(text: string): string {
  return printable(text).replace(/["#&<>\\`]/g, (char) => `#${char.charCodeAt(0)};`);
}
