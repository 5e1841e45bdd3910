import { formatPlace } from './place.ts';
import type { Selected } from './select.ts';

export interface ListEnd extends Pick<Selected, 'matched' | 'next'> {
  /** Where to follow from to miss nothing that came after the list. */
  cursor: string;
}

/**
 * The Link header of a list (RFC 8288): its question for the page behind it, relative to where it was asked. A list of a
 * record a line has no other place for it.
 */
export function nextLink(params: URLSearchParams, next: Selected['next']): { link?: string } {
  if (next === undefined) return {};
  const page = new URLSearchParams(params);
  page.set('after', formatPlace(next));
  return { link: `<?${page}>; rel="next"` };
}

/** What closes the JSON document of a list, behind its records. */
export function listEnd({ matched, cursor, next }: ListEnd): string {
  const rest = JSON.stringify({ matched, cursor, ...(next && { next: formatPlace(next) }) });
  return `${rest.slice(1)}\n`;
}
