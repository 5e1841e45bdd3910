import type { MapNode } from '../../map/types.ts';
import { shorten } from '../format.ts';

const MAX_LABEL = 22;
const SHORT_ID = 12;
const NAME_CHARACTER = 7;
const SUBTITLE_CHARACTER = 6;
const LABEL_HEIGHT = 36;
const SHAPE = 54;
const GAP = 22;

/** The name as it is drawn under the shape. */
export function nodeLabel(node: MapNode): string {
  return shorten(node.name, MAX_LABEL);
}

/** Room that the shape and its label need. The shape counts at its largest, since bytes grow and nodes must not move. */
export function nodeBox(node: MapNode): { id: string; width: number; height: number } {
  const label = Math.max(
    nodeLabel(node).length * NAME_CHARACTER,
    nodeSubtitle(node).length * SUBTITLE_CHARACTER,
  );
  return { id: node.id, width: Math.max(SHAPE, label) + GAP, height: SHAPE + LABEL_HEIGHT + GAP / 2 };
}

/** The second line under the shape: what tells nodes of one name apart. */
export function nodeSubtitle({ kind, name, detail = {} }: MapNode): string {
  switch (kind) {
    case 'process':
      return detail.container === undefined ? '' : `in ${String(detail.container).slice(0, SHORT_ID)}`;
    case 'container':
      return String(detail.runtime ?? '');
    case 'address':
      return detail.ip === undefined || detail.ip === name ? '' : String(detail.ip);
  }
}
