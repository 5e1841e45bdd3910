import type { MapNode } from '../../map/types.ts';
import { formatBytes, formatPlural } from '../format.ts';
import { nodeOutline } from '../graph/geometry.ts';
import { nodeLabel, nodeSubtitle } from '../layout/node-box.ts';
import type { Positions } from '../layout/positions.ts';
import { KindGlyph } from './icons.tsx';

export interface NodeProps {
  node: MapNode;
  positions: Positions;
  selected: boolean;
  pinned: boolean;
  /** Not part of the selection. */
  faded: boolean;
  /** Not found by the search, but beside what was. */
  context: boolean;
  /** There is room for its label. */
  labelled: boolean;
  radius: number;
}

export function MapNodeShape({
  node,
  positions,
  selected,
  pinned,
  faded,
  context,
  labelled,
  radius,
}: NodeProps) {
  const at = positions.of(node.id).value;
  if (at === undefined) return null;
  const { failed } = node.connections;
  const subtitle = nodeSubtitle(node);
  const classes = [
    'node',
    node.kind,
    selected && 'selected',
    faded && 'faded',
    context && 'context',
    labelled && 'labelled',
    failed > 0 && 'failed',
  ];
  return (
    // biome-ignore lint/a11y/useSemanticElements: SVG has no button.
    <g
      class={classes.filter(Boolean).join(' ')}
      transform={`translate(${at.x},${at.y})`}
      data-node={node.id}
      role="button"
      tabindex={0}
      aria-pressed={selected}
      aria-label={describe(node)}
      style={{ '--r': radius }}
    >
      <path class="node-halo" d={nodeOutline(node.kind, radius + 5)} />
      <path class="node-shape" d={nodeOutline(node.kind, radius)} />
      <g class="node-glyph" style={{ transform: `scale(${(radius / 17).toFixed(2)})` }}>
        <KindGlyph kind={node.kind} />
      </g>
      {pinned && (
        <path
          class="node-pin"
          d="M-3,-5h6v5l2,2.5h-10l2,-2.5zM0,2.5v5"
          transform={`translate(${-radius * 0.78},${-radius * 0.78})`}
        />
      )}
      {failed > 0 && (
        <g class="node-alarm" transform={`translate(${radius * 0.74},${-radius * 0.74})`}>
          <circle r="7.5" />
          <path d="M0,-3.6v4M0,3.2v.4" />
        </g>
      )}
      <g class="node-label">
        <text class="node-name" y="14">
          {nodeLabel(node)}
        </text>
        {subtitle !== '' && (
          <text class="node-subtitle" y="27.5">
            {subtitle}
          </text>
        )}
      </g>
    </g>
  );
}

function describe(node: MapNode): string {
  const { active, failed } = node.connections;
  const failures = failed > 0 ? `, ${failed} failed` : '';
  const traffic = `${formatBytes(node.sent.bytes)} sent, ${formatBytes(node.received.bytes)} received`;
  return `${node.kind} ${node.name}: ${formatPlural(active, 'active connection')}${failures}, ${traffic}`;
}
