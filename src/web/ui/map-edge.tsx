import type { MapEdge } from '../../map/types.ts';
import type { EdgeEnd } from '../draw/drawn.ts';
import { edgeLabel } from '../draw/labels.ts';
import { formatBytes } from '../format.ts';
import { edgeShape, edgeWidth, type Point } from '../graph/geometry.ts';
import { edgeHealth, failureText } from '../graph/health.ts';
import type { Metric } from '../graph/metrics.ts';
import type { Positions } from '../layout/positions.ts';

export interface EdgeProps {
  edge: MapEdge;
  positions: Positions;
  ends: { source: EdgeEnd; target: EdgeEnd };
  bow: number;
  metric: Metric;
  selected: boolean;
  faded: boolean;
  /** Part of the selection. */
  near: boolean;
  /** Where its label goes; absent = there is no room. */
  labelAt: Point | undefined;
  /** How much thicker lines are than by their figure, when the map is small. */
  boost: number;
  /** Dots run along it while bytes flow. */
  animated: boolean;
}

export function MapEdgeLine({
  edge,
  positions,
  ends,
  bow,
  metric,
  selected,
  faded,
  near,
  labelAt,
  boost,
  animated,
}: EdgeProps) {
  const from = positions.of(edge.source).value;
  const to = positions.of(edge.target).value;
  if (from === undefined || to === undefined) return null;
  const rate = edge.rate.forward + edge.rate.backward;
  const width = edgeWidth(metric.value(edge) ?? 0, metric) * boost;
  const shape = edgeShape({
    from,
    to,
    fromRadius: ends.source.radius,
    toRadius: ends.target.radius,
    width,
    bow,
  });
  const label = edgeLabel(edge, metric);
  const classes = [
    'edge',
    edgeHealth(edge),
    rate > 0 ? 'busy' : 'idle',
    selected && 'selected',
    near && 'near',
    faded && 'faded',
  ];
  return (
    // biome-ignore lint/a11y/useSemanticElements: SVG has no button.
    <g
      class={classes.filter(Boolean).join(' ')}
      data-edge={edge.id}
      role="button"
      tabindex={-1}
      aria-pressed={selected}
      aria-label={describe(edge, ends)}
    >
      <path class="edge-hit" d={shape.line} />
      <path class="edge-line" d={shape.line} stroke-width={width.toFixed(2)} />
      {animated && rate > 0 && (
        <path
          class={`edge-flow ${edge.rate.backward > edge.rate.forward ? 'backward' : 'forward'} ${pace(rate)}`}
          d={shape.line}
          stroke-width={Math.max(width * 0.45, 1.5).toFixed(2)}
        />
      )}
      <path class="edge-head" d={shape.head} />
      {labelAt !== undefined && label !== '' && (
        <g transform={`translate(${labelAt.x.toFixed(1)},${labelAt.y.toFixed(1)})`}>
          <text class="edge-label" y="3.5">
            {label}
          </text>
        </g>
      )}
    </g>
  );
}

/** A few steps only: a speed that follows every figure would make the dots jump. */
function pace(rate: number): 'slow' | 'brisk' | 'fast' {
  if (rate < 10_000) return 'slow';
  return rate < 1_000_000 ? 'brisk' : 'fast';
}

function describe(edge: MapEdge, { source, target }: EdgeProps['ends']): string {
  const failures = failureText(edge);
  return (
    `${source.name} to ${target.name}, ${edge.protocol} ${edge.ports.join(', ')}: ` +
    `${formatBytes(edge.bytes.forward)} to the server, ${formatBytes(edge.bytes.backward)} back` +
    (failures === '' ? '' : `, failed: ${failures}`)
  );
}
