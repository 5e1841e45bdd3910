import { TOP_GROUPS, type TopGroup } from './groups.ts';
import { TOP_SORTS, type TopSort } from './rank.ts';

/** What the person at the terminal has chosen. */
export interface TopView {
  group: TopGroup;
  sort: TopSort;
  reverse: boolean;
  paused: boolean;
  help: boolean;
  /** Lines of the table above the first that is shown. */
  scroll: number;
}

/** What a key does; the letter is the first of the name where that is free. */
export const GROUP_KEYS: Readonly<Record<string, TopGroup>> = {
  c: 'container',
  p: 'process',
  e: 'peer',
  d: 'domain',
  o: 'pod',
  w: 'workload',
  n: 'namespace',
};

export const KEYS: readonly (readonly [keys: string, does: string])[] = [
  ...Object.entries(GROUP_KEYS).map(([key, group]) => [key, `by ${group}`] as const),
  ['< >', 'sort by the column to the left, to the right'],
  ['r', 'the other way round'],
  ['space', 'hold the picture, and go on'],
  ['up down', 'scroll; also PageUp, PageDown and Home'],
  ['h ?', 'this help'],
  ['q', 'quit'],
];

/** How the view changes with a key as the terminal sends it; undefined = it does nothing. */
export function press(view: TopView, key: string, page: number): TopView | 'quit' | undefined {
  const group = GROUP_KEYS[key];
  if (group !== undefined) return { ...view, group, scroll: 0, help: false };
  const scrolled = (lines: number) => ({ ...view, scroll: Math.max(0, view.scroll + lines) });
  switch (key) {
    case 'q':
      return view.help ? { ...view, help: false } : 'quit';
    case 'h':
    case '?':
      return { ...view, help: !view.help };
    case '\x1b':
      return { ...view, help: false };
    case '<':
    case ',':
    case '\x1b[D':
      return { ...view, sort: nextSort(view.sort, -1) };
    case '>':
    case '.':
    case '\x1b[C':
      return { ...view, sort: nextSort(view.sort, 1) };
    case 'r':
      return { ...view, reverse: !view.reverse };
    case ' ':
      return { ...view, paused: !view.paused };
    case '\x1b[A':
      return scrolled(-1);
    case '\x1b[B':
      return scrolled(1);
    case '\x1b[5~':
      return scrolled(-page);
    case '\x1b[6~':
      return scrolled(page);
    case '\x1b[H':
    case '\x1b[1~':
      return { ...view, scroll: 0 };
    case '\t':
      return {
        ...view,
        group: TOP_GROUPS[(TOP_GROUPS.indexOf(view.group) + 1) % TOP_GROUPS.length] ?? 'container',
        scroll: 0,
      };
    default:
      return undefined;
  }
}

function nextSort(sort: TopSort, step: number): TopSort {
  const { length } = TOP_SORTS;
  return TOP_SORTS[(TOP_SORTS.indexOf(sort) + step + length) % length] ?? sort;
}

/** Splits what a terminal sent into keys: a sequence that begins with escape is one. */
export function keysOf(input: string): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what keys begin with.
  return input.match(/\x1b\[[0-9;]*[A-Za-z~]|[\s\S]/gu) ?? [];
}
