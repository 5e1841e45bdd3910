import type { Focus } from '../graph/focus.ts';
import { edgeBows, nodeRadius } from '../graph/geometry.ts';
import { type Metric, metricOf } from '../graph/metrics.ts';
import { nodeBytes, type VisibleGraph } from '../graph/visible.ts';
import type { Positions } from '../layout/positions.ts';
import type { Page } from '../state/page.ts';

/** Below this zoom shapes and lines shrink no further, up to a point. */
const SMALL = 0.34;
const MAX_BOOST = 1.6;

export interface EdgeEnd {
  name: string;
  radius: number;
}

/** What SVG and canvas draw alike. */
export interface Drawn {
  visible: VisibleGraph;
  positions: Positions;
  bows: ReadonlyMap<string, number>;
  endOf(id: string): EdgeEnd;
  focus: Focus | undefined;
  metric: Metric;
  zoom: number;
  /** How much larger shapes and lines are, since the map is small. */
  boost: number;
}

/** `zoom` in steps: what depends on it is not to be drawn anew with every turn of the wheel. */
export function drawnMap(
  page: Page,
  { visible, positions, zoom }: Pick<Drawn, 'visible' | 'positions' | 'zoom'>,
): Drawn {
  const boost = Math.min(Math.max(SMALL / zoom, 1), MAX_BOOST);
  const byId = new Map(visible.nodes.map((node) => [node.id, node]));
  return {
    visible,
    positions,
    bows: edgeBows(visible.edges),
    endOf: (id) => {
      const node = byId.get(id);
      const bytes = node === undefined ? 0 : nodeBytes(node);
      return { name: node?.name ?? id, radius: boost * nodeRadius(bytes) };
    },
    focus: page.focus.value,
    metric: metricOf(page.view.value.metric),
    zoom,
    boost,
  };
}
