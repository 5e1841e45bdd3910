import type { MapEdge, MapNode } from '../../map/types.ts';
import { failureText } from '../graph/health.ts';
import type { Metric } from '../graph/metrics.ts';
import type { VisibleGraph } from '../graph/visible.ts';

/** What is drawn, for Graphviz: expanded nodes are clusters, edges have the figure that lines show. */
export function mapDot({ nodes, edges }: VisibleGraph, metric: Metric): string {
  const parents = [...new Set(nodes.map(({ parent }) => parent?.id))];
  const lines = parents.flatMap((id, index) => {
    const inside = nodes.filter(({ parent }) => parent?.id === id);
    return id === undefined ? inside.map(nodeLine) : clusterLines(inside, index);
  });
  return [
    'digraph sysprobe {',
    '  rankdir=LR;',
    '  node [shape=box, style=rounded, fontname="sans-serif"];',
    '  edge [fontname="sans-serif", fontsize=10];',
    ...lines,
    ...edges.map((edge) => edgeLine(edge, metric)),
    '}',
    '',
  ].join('\n');
}

function clusterLines(nodes: readonly MapNode[], index: number): string[] {
  return [
    `  subgraph cluster_${index} {`,
    `    label=${quoted(nodes[0]?.parent?.name ?? '')};`,
    ...nodes.map((node) => `  ${nodeLine(node)}`),
    '  }',
  ];
}

function nodeLine({ id, name, kind, connections }: MapNode): string {
  const colour = connections.failed > 0 ? ', color=red' : '';
  const shape = kind === 'address' ? ', shape=diamond, style=solid' : '';
  return `  ${quoted(id)} [label=${quoted(name)}${shape}${colour}];`;
}

function edgeLine(edge: MapEdge, metric: Metric): string {
  const value = metric.value(edge);
  const failures = failureText(edge);
  const label = [
    `${edge.ports.slice(0, 3).join(',')}/${edge.protocol}`,
    value === undefined ? '' : metric.text(value),
    failures,
  ].filter(Boolean);
  const colour = failures === '' ? '' : ', color=red, fontcolor=red';
  return `  ${quoted(edge.source)} -> ${quoted(edge.target)} [label=${quoted(label.join('\n'))}${colour}];`;
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
