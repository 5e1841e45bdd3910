import { formatPlace } from './place.ts';
import type { Selected } from './select.ts';

export interface ListEnd extends Pick<Selected, 'matched' | 'next'> {
  /** Where to follow from to miss nothing that came after the list. */
  cursor: string;
}

/** What closes the JSON document of a list, behind its records. */
export function listEnd({ matched, cursor, next }: ListEnd): string {
  const rest = JSON.stringify({ matched, cursor, ...(next && { next: formatPlace(next) }) });
  return `${rest.slice(1)}\n`;
}
