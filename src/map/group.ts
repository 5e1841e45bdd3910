import { MAP_GROUPS, type MapGroup } from './types.ts';

/** What a map may be grouped by, as it is written. */
export const GROUP_NAMES = MAP_GROUPS.map((group) => (group === 'label' ? 'label:KEY' : group));

/** `pod`, or `label:app`; undefined when it is none. */
export function parseGroup(text: string): { group: MapGroup; label: string | undefined } | undefined {
  const label = /^label:(.{1,317})$/.exec(text)?.[1];
  if (label !== undefined) return { group: 'label', label };
  const group = MAP_GROUPS.find((each) => each === text);
  return group === undefined || group === 'label' ? undefined : { group, label };
}
