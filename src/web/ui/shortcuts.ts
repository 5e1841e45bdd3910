import { useEffect } from 'preact/hooks';
import type { Page } from '../state/page.ts';
import { select, unfocus } from '../state/view-changes.ts';
import { actOnNode } from './node-actions.ts';
import { usePage } from './page-context.ts';

export const SEARCH_ID = 'search';

/** The keys that work everywhere but in a field that is typed into. */
export const KEYS: readonly (readonly [key: string, does: string])[] = [
  ['/', 'search'],
  ['p', 'pause, and go on'],
  ['Tab, arrows', 'from node to node'],
  ['Enter', 'select a node; again: open it'],
  ['e', 'expand a node, and collapse it'],
  ['f', 'who is around: one hop, two hops, all'],
  ['h', 'hide a node'],
  ['i', 'pin a node'],
  ['Esc', 'take back: search, selection, focus'],
];

export function useShortcuts(): void {
  const page = usePage();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (event.key === 'Escape') takeBack(page);
      else if (!isTyping() && press(page, event.key)) event.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [page]);
}

function press(page: Page, key: string): boolean {
  if (key === '/') {
    document.getElementById(SEARCH_ID)?.focus();
    return true;
  }
  if (key === 'p') {
    page.togglePause();
    return true;
  }
  const id = currentNode(page);
  return id !== undefined && actOnNode(page, key, id);
}

/** The node with the keyboard's focus, else the selected one. */
function currentNode(page: Page): string | undefined {
  const focused = document.activeElement;
  if (focused instanceof SVGElement && focused.dataset.node !== undefined) return focused.dataset.node;
  const { selection } = page.view.peek();
  return selection?.kind === 'node' ? selection.id : undefined;
}

function takeBack(page: Page): void {
  const search = document.getElementById(SEARCH_ID);
  const { query, selection } = page.view.peek();
  if (document.activeElement === search) {
    if (query === '') search?.blur();
    else page.change(() => ({ query: '' }));
  } else if (selection !== undefined) {
    page.change(select(undefined));
  } else {
    page.change(unfocus());
  }
}

function isTyping(): boolean {
  const focused = document.activeElement;
  if (focused instanceof HTMLInputElement) return !['checkbox', 'radio', 'range'].includes(focused.type);
  return focused instanceof HTMLSelectElement;
}
