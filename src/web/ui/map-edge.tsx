import type { MapEdge } from '../../map/types.ts';
import { formatBytes, formatRate } from '../format.ts';
import { edgeShape, edgeWidth, type Point } from '../graph/geometry.ts';
import { edgeHealth, failureText } from '../graph/health.ts';
import type { Positions } from '../layout/positions.ts';

export interface EdgeProps {
  edge: MapEdge;
  positions: Positions;
  ends: { source: EdgeEnd; target: EdgeEnd };
  bow: number;
  selected: boolean;
  faded: boolean;
  /** Part of the selection. */
  near: boolean;
  /** Where its label goes; absent = there is no room. */
  labelAt: Point | undefined;
  /** How much thicker lines are than by their rate, when the map is small. */
  boost: number;
  /** Dots run along it while bytes flow. */
  animated: boolean;
}

export interface EdgeEnd {
  name: string;
  radius: number;
}

export function MapEdgeLine({
  edge,
  positions,
  ends,
  bow,
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
  const width = edgeWidth(rate) * boost;
  const shape = edgeShape({
    from,
    to,
    fromRadius: ends.source.radius,
    toRadius: ends.target.radius,
    width,
    bow,
  });
  const health = edgeHealth(edge);
  const label = edgeLabel(edge);
  const classes = [
    'edge',
    health,
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

/** The most frequent failure, else the rate of now; empty when there is neither. */
function edgeLabel(edge: MapEdge): string {
  const [failure] = failureText(edge).split(', ');
  if (failure) return failure;
  const rate = edge.rate.forward + edge.rate.backward;
  return rate > 0 ? formatRate(rate) : '';
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
