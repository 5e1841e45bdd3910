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

/** Above this many nodes a map is denser, and not every node gets to show its label. */
const ROOMY = 90;
const DENSE_LABEL = 26;

export interface Size {
  width: number;
  height: number;
}

/** Room for the name at zoom 1. */
export function nameSize(node: MapNode): Size {
  return { width: nodeLabel(node).length * NAME_CHARACTER, height: LABEL_HEIGHT / 2 };
}

/** Room for the name and the line below it. */
export function labelSize(node: MapNode): Size {
  const name = nameSize(node);
  const subtitle = nodeSubtitle(node).length * SUBTITLE_CHARACTER;
  return subtitle === 0 ? name : { width: Math.max(name.width, subtitle), height: LABEL_HEIGHT };
}

/**
 * Room for the shape and its label, in a map of `total` nodes. The shape counts at its largest, since bytes grow and
 * nodes must not move.
 */
export function nodeBox(node: MapNode, total: number): Size & { id: string } {
  const label = total <= ROOMY ? labelSize(node) : { width: 0, height: DENSE_LABEL };
  return { id: node.id, width: Math.max(SHAPE, label.width) + GAP, height: SHAPE + label.height + GAP / 2 };
}

/** The second line under the shape: what tells nodes of one name apart. */
export function nodeSubtitle({ kind, name, detail = {}, parent, addresses = [] }: MapNode): string {
  switch (kind) {
    case 'pod':
      if (Number(detail.restarts ?? 0) > 0) return `${detail.restarts} restarts`;
      break;
    case 'process':
      return detail.container === undefined ? '' : `in ${String(detail.container).slice(0, SHORT_ID)}`;
    case 'container':
      return String(detail.runtime ?? '');
    case 'address':
      return String(detail.domain ?? '');
    case 'domain':
    case 'network':
      return addresses.length === 1 ? String(addresses[0]) : `${addresses.length} addresses`;
  }
  // The frame around it has said that.
  if (parent !== undefined || detail.namespace === undefined || detail.namespace === name) return '';
  return `in ${detail.namespace}`;
}
