import { holdsOthers } from '../../map/faces.ts';
import { type Direction, nodeTowards } from '../draw/pick.ts';
import type { Selection } from '../graph/focus.ts';
import type { Positions } from '../layout/positions.ts';
import type { Page } from '../state/page.ts';
import { collapse, cycleFocus, expand, hide, select, togglePin } from '../state/view-changes.ts';

/** Shows what is inside of a node or, when it holds nothing, who is around it. */
export function openNode(page: Page, id: string): void {
  const node = page.feed.shown.peek().graph?.nodes.get(id);
  page.change(node !== undefined && holdsOthers(node.kind) ? expand(id) : cycleFocus(id));
}

/** Keys that do something to a node. False when the key is none of them. */
export function actOnNode(page: Page, key: string, id: string): boolean {
  const node = page.feed.shown.peek().graph?.nodes.get(id);
  switch (key) {
    case 'e':
      if (node?.parent !== undefined) page.change(collapse(node.parent.id));
      else if (node !== undefined && holdsOthers(node.kind)) page.change(expand(id));
      return true;
    case 'f':
      page.change(cycleFocus(id));
      return true;
    case 'h':
      page.change(hide(id));
      return true;
    case 'i':
      page.change(togglePin(id));
      return true;
    default:
      return false;
  }
}

const ARROWS: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

export interface Step {
  key: string;
  focused: Selection | undefined;
  positions: Positions;
  surface: HTMLElement | null;
}

/** The keyboard on the map: arrows go to the next node, Enter selects and then opens. False for other keys. */
export function walk(page: Page, { key, focused, positions, surface }: Step): boolean {
  if (key === 'Enter' || key === ' ') {
    if (focused === undefined) return false;
    const current = page.view.peek().selection;
    const isSelected = current?.kind === focused.kind && current.id === focused.id;
    if (!isSelected) page.change(select(focused));
    else if (key === 'Enter' && focused.kind === 'node') openNode(page, focused.id);
    else page.change(select(undefined));
    return true;
  }
  const direction = ARROWS[key];
  if (direction === undefined) return false;
  const next = nextNode(page, { focused, positions, direction });
  const element = [...(surface?.querySelectorAll<SVGElement>('[data-node]') ?? [])].find(
    ({ dataset }) => dataset.node === next,
  );
  if (element !== undefined) element.focus();
  else if (next !== undefined) page.change(select({ kind: 'node', id: next }));
  return true;
}

/** From nowhere, the heaviest node. */
function nextNode(
  page: Page,
  {
    focused,
    positions,
    direction,
  }: { focused: Selection | undefined; positions: Positions; direction: Direction },
): string | undefined {
  const nodes = page.visible.peek()?.nodes ?? [];
  const from = focused?.kind === 'node' ? positions.target(focused.id) : undefined;
  if (from === undefined) return nodes[0]?.id;
  const places = nodes.flatMap(({ id }) => {
    const at = positions.target(id);
    return at === undefined ? [] : [{ id, x: at.x, y: at.y }];
  });
  return nodeTowards(places, from, direction);
}
