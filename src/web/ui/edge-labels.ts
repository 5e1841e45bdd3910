import type { Focus } from '../graph/focus.ts';
import { edgeShape, type Point } from '../graph/geometry.ts';
import { failureCount, failureText } from '../graph/health.ts';
import { type LabelBox, placeLabels } from '../graph/labels.ts';
import type { VisibleGraph } from '../graph/visible.ts';
import { nodeBox } from '../layout/node-box.ts';
import type { Positions } from '../layout/positions.ts';
import type { EdgeEnd } from './map-edge.tsx';

/** Labels of more edges than this are noise, unless they are those of the selection. */
const MAX_LABELS = 80;
/** Room for any rate, so that labels do not jump when figures grow. */
const RATE_WIDTH = 54;
const CHARACTER_WIDTH = 5.9;
const LABEL_AREA = { height: 32, below: 20 };

export interface Drawn {
  visible: VisibleGraph;
  positions: Positions;
  bows: ReadonlyMap<string, number>;
  endOf(id: string): EdgeEnd;
  focus: Focus | undefined;
}

/** Where the labels of edges go: failures first, then the edges with the most bytes. */
export function edgeLabelPlaces({ visible, positions, bows, endOf, focus }: Drawn): Map<string, Point> {
  const edges = focus === undefined ? visible.edges : visible.edges.filter(({ id }) => focus.edges.has(id));
  if (edges.length > MAX_LABELS) return new Map();
  const weight = (edge: (typeof edges)[number]) => edge.bytes.forward + edge.bytes.backward;
  const inOrder = edges.toSorted(
    (a, b) => failureCount(b) - failureCount(a) || weight(b) - weight(a) || (a.id < b.id ? -1 : 1),
  );
  const wishes = inOrder.flatMap((edge) => {
    const from = positions.target(edge.source);
    const to = positions.target(edge.target);
    if (from === undefined || to === undefined) return [];
    const [source, target] = [endOf(edge.source), endOf(edge.target)];
    const bow = bows.get(edge.id) ?? 0;
    const shape = edgeShape({ from, to, fromRadius: source.radius, toRadius: target.radius, width: 2, bow });
    const [failure = ''] = failureText(edge).split(', ');
    return [
      {
        id: edge.id,
        candidates: shape.labelPoints,
        width: Math.max(RATE_WIDTH, failure.length * CHARACTER_WIDTH),
      },
    ];
  });
  return placeLabels(
    wishes,
    visible.nodes.flatMap((node) => nodeAreas(node.id, { node, positions, radius: endOf(node.id).radius })),
  );
}

function nodeAreas(
  id: string,
  { node, positions, radius }: { node: VisibleGraph['nodes'][number]; positions: Positions; radius: number },
): LabelBox[] {
  const at = positions.target(id);
  if (at === undefined) return [];
  return [
    { ...at, width: radius * 2, height: radius * 2 },
    { x: at.x, y: at.y + radius + LABEL_AREA.below, width: nodeBox(node).width, height: LABEL_AREA.height },
  ];
}
