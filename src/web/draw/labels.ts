import type { MapEdge, MapNode } from '../../map/types.ts';
import { edgeShape, type Point } from '../graph/geometry.ts';
import { failureCount, failureText } from '../graph/health.ts';
import { type LabelBox, type LabelWish, placeLabels } from '../graph/labels.ts';
import type { Metric } from '../graph/metrics.ts';
import { labelSize, nameSize } from '../layout/node-box.ts';
import type { Drawn } from './drawn.ts';

/** Labels of more edges than this are noise, unless they are those of the selection. */
const MAX_LABELS = 80;
/** Room for any rate, so that labels do not jump when figures grow. */
const RATE_WIDTH = 54;
const CHARACTER_WIDTH = 5.9;
const LABEL_HEIGHT = 13;
/** Below this zoom labels have one line. */
export const FAR = 0.5;

/** The most frequent failure, else the figure that lines show; empty when there is neither. */
export function edgeLabel(edge: MapEdge, metric: Metric): string {
  const [failure] = failureText(edge).split(', ');
  if (failure) return failure;
  const value = metric.value(edge);
  return value === undefined || value === 0 ? '' : metric.text(value);
}

/** Where the labels of edges go: failures first, then the edges with the most bytes. */
export function edgeLabelPlaces({
  visible,
  positions,
  bows,
  endOf,
  focus,
  metric,
  zoom,
}: Drawn): Map<string, Point> {
  const edges = focus === undefined ? visible.edges : visible.edges.filter(({ id }) => focus.edges.has(id));
  if (edges.length > MAX_LABELS) return new Map();
  const weight = (edge: MapEdge) => edge.bytes.forward + edge.bytes.backward;
  const inOrder = edges.toSorted(
    (a, b) => failureCount(b) - failureCount(a) || weight(b) - weight(a) || (a.id < b.id ? -1 : 1),
  );
  const scale = labelScale(zoom);
  const wishes = inOrder.flatMap((edge) => {
    const from = positions.target(edge.source);
    const to = positions.target(edge.target);
    if (from === undefined || to === undefined) return [];
    const [source, target] = [endOf(edge.source), endOf(edge.target)];
    const bow = bows.get(edge.id) ?? 0;
    const shape = edgeShape({ from, to, fromRadius: source.radius, toRadius: target.radius, width: 2, bow });
    const width = Math.max(RATE_WIDTH, edgeLabel(edge, metric).length * CHARACTER_WIDTH) * scale;
    const length = Math.hypot(to.x - from.x, to.y - from.y) - source.radius - target.radius;
    // On a short edge a label would leave nothing to see of it.
    if (length < width) return [];
    return [{ id: edge.id, candidates: shape.labelPoints, width, height: LABEL_HEIGHT * scale }];
  });
  const nodes = visible.nodes.flatMap((node): LabelBox[] => {
    const at = positions.target(node.id);
    if (at === undefined) return [];
    const { radius } = endOf(node.id);
    const { width, height } = labelSize(node);
    return [
      { ...at, width: radius * 2, height: radius * 2 },
      { x: at.x, y: at.y + radius + (height * scale) / 2, width: width * scale, height: height * scale },
    ];
  });
  return placeLabels(wishes, nodes);
}

/**
 * Ids of the nodes whose labels fit at a zoom. What is selected comes first, and may cover anything; then processes and
 * what holds them, which may cover addresses; what is left over is for the addresses.
 */
export function shownNodeLabels({ visible, positions, endOf, focus, zoom }: Drawn): Set<string> {
  const isChosen = ({ id }: MapNode) => focus?.nodes.has(id) === true;
  const chosen = visible.nodes.filter(isChosen);
  const major = visible.nodes.filter((node) => node.kind !== 'address' && !isChosen(node));
  const minor = visible.nodes.filter((node) => node.kind === 'address' && !isChosen(node));
  const shapes = (nodes: readonly MapNode[]) =>
    nodes.flatMap(({ id }): LabelBox[] => {
      const at = positions.target(id);
      // Somewhat less than the shape, so that a label may touch its own.
      const size = endOf(id).radius * 1.7;
      return at === undefined ? [] : [{ ...at, width: size, height: size }];
    });
  const wishes = (nodes: readonly MapNode[]) =>
    nodes.flatMap((node): LabelWish[] => {
      const at = positions.target(node.id);
      if (at === undefined) return [];
      const { width, height } = zoom < FAR ? nameSize(node) : labelSize(node);
      const scale = labelScale(zoom);
      const below = { x: at.x, y: at.y + endOf(node.id).radius + (height * scale) / 2 };
      return [{ id: node.id, candidates: [below], width: width * scale, height: height * scale }];
    });
  const boxesOf = (nodes: readonly MapNode[], placed: ReadonlyMap<string, Point>) =>
    wishes(nodes).flatMap(({ id, width, height }): LabelBox[] => {
      const at = placed.get(id);
      return at === undefined ? [] : [{ ...at, width, height }];
    });
  const first = placeLabels(wishes(chosen), shapes(chosen));
  const taken = [...shapes([...chosen, ...major]), ...boxesOf(chosen, first)];
  const second = placeLabels(wishes(major), taken);
  const third = placeLabels(wishes(minor), [...taken, ...shapes(minor), ...boxesOf(major, second)]);
  return new Set([...first.keys(), ...second.keys(), ...third.keys()]);
}

/** Labels keep their size on the screen while the map zooms, within reason. As in drawing.css. */
export function labelScale(zoom: number): number {
  return Math.min(Math.max(0.95 / zoom, 0.4), 8);
}
