import { MAP_GROUPS, type MapNodeKind } from '../../map/types.ts';

const COLOURS = [
  'panel',
  'ink',
  'ink-soft',
  'ink-faint',
  'edge',
  'edge-busy',
  'accent',
  'caution',
  'alarm',
] as const;

/** A colour of the theme, by the name that base.css gives it. */
export type Colour = (typeof COLOURS)[number];

export interface Palette {
  of(colour: Colour): string;
  /** Of a node. */
  line(kind: MapNodeKind): string;
  fill(kind: MapNodeKind): string;
}

/** The theme's colours as a canvas and a file take them, which know no custom properties. */
export function readPalette(): Palette {
  const probe = document.createElement('span');
  document.body.append(probe);
  const resolve = (value: string) => {
    probe.style.color = value;
    return getComputedStyle(probe).color;
  };
  const colours = new Map(COLOURS.map((name) => [name, resolve(`var(--${name})`)]));
  const hue = (kind: MapNodeKind) => `var(--${kind}, var(--address))`;
  const kinds: MapNodeKind[] = [...MAP_GROUPS, 'domain', 'network'];
  const lines = new Map(kinds.map((kind) => [kind, resolve(hue(kind))]));
  const fills = new Map(
    kinds.map((kind) => [kind, resolve(`color-mix(in srgb, ${hue(kind)} 13%, var(--panel))`)]),
  );
  probe.remove();
  return {
    of: (colour) => colours.get(colour) ?? '',
    line: (kind) => lines.get(kind) ?? '',
    fill: (kind) => fills.get(kind) ?? '',
  };
}
