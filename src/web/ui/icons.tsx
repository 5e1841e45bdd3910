import type { MapNodeKind } from '../../map/types.ts';

const PATHS = {
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10Zm3.6-1.4L14 14',
  pause: 'M5 3v10M11 3v10',
  play: 'M4.5 3v10l8-5z',
  plus: 'M8 3.5v9M3.5 8h9',
  minus: 'M3.5 8h9',
  fit: 'M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10',
  arrange:
    'M3 4.5a1.5 1.5 0 1 0 0-.01M13 3.5a1.5 1.5 0 1 0 0-.01M13 12.5a1.5 1.5 0 1 0 0-.01M5.5 5.2l5.2 5.6M6 4.3l5-.6',
  sun: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1.1 1.1M11.9 11.9 13 13M13 3l-1.1 1.1M4.1 11.9 3 13',
  moon: 'M13.5 9.6A6 6 0 0 1 6.4 2.5a6 6 0 1 0 7.1 7.1Z',
  close: 'M4 4l8 8M12 4l-8 8',
  eye: 'M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8ZM8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z',
  hide: 'M3 3l10 10M6.6 3.7c.5-.1.9-.2 1.4-.2 4 0 6.5 4.5 6.5 4.5s-.7 1.3-2 2.5M4 5C2.4 6.3 1.5 8 1.5 8S4 12.5 8 12.5c1.3 0 2.4-.5 3.4-1.1',
  pin: 'M6 2.5h4v4.5l2 2H4l2-2zM8 9v4.5',
  target: 'M8 3.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM8 1v3M8 12v3M1 8h3M12 8h3',
  expand: 'M2.5 2.5h11v11h-11zM8 5.5v5M5.5 8h5',
  collapse: 'M2.5 2.5h11v11h-11zM5.5 8h5',
  share: 'M6.5 9.5 9.5 6.5M7 4.5l1.5-1.5a2.8 2.8 0 0 1 4 4L11 8.5M9 11.5 7.5 13a2.8 2.8 0 0 1-4-4L5 7.5',
  download: 'M8 2.5v7.5M4.5 7 8 10.5 11.5 7M2.5 13.5h11',
  columns: 'M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10',
  filter: 'M2 3.5h12L9.5 8.5v4L6.5 13.5v-5z',
  arrow: 'M3 8h10M9.5 4.5 13 8l-3.5 3.5',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  warn: 'M8 2.2 14.5 13.5h-13ZM8 6.5v3.2M8 11.6v.1',
} as const;

export type IconName = keyof typeof PATHS;

/** A 16 px line icon; decoration only, so the control that holds it must have a name. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

export const KIND_GLYPHS: Record<MapNodeKind, string> = {
  // A prompt, a box, two boxes, boxes under one, a hub, a frame, a tag, a rack, a number sign, a tree, a globe.
  process: 'M-5.5,-4.5 L-1,0 L-5.5,4.5 M1,5 H6',
  container: 'M0,-6.2 L5.6,-3.1 V3.1 L0,6.2 L-5.6,3.1 V-3.1 Z M-5.6,-3.1 L0,0 L5.6,-3.1 M0,0 V6.2',
  pod: 'M-6,-2 H1 V5 H-6 Z M-2,-2 V-5.5 H6 V2 H1',
  workload: 'M-2.5,-6 H2.5 V-2 H-2.5 Z M-6,2 H-2 V6 H-6 Z M2,2 H6 V6 H2 Z M0,-2 V0 M-4,2 V0 H4 V2',
  service: 'M0,-2 A2,2 0 1 1 0,2 A2,2 0 1 1 0,-2 M0,-2 V-6 M0,2 V6 M-2,0 H-6 M2,0 H6',
  namespace: 'M-2.5,-6 H-6 V-2.5 M2.5,-6 H6 V-2.5 M-2.5,6 H-6 V2.5 M2.5,6 H6 V2.5',
  label: 'M-6,-4.5 H2 L6,0 L2,4.5 H-6 Z M2,-0.6 V0.6',
  node: 'M-6,-5 H6 V-1 H-6 Z M-6,1 H6 V5 H-6 Z M3,-3 H4 M3,3 H4',
  address: 'M-1.5,-5.5 L-3.5,5.5 M3.5,-5.5 L1.5,5.5 M-5.5,-2 H6 M-6,2 H5.5',
  network: 'M-5.5,5.5 V1 H5.5 V5.5 M0,1 V-3.5 M-2.5,-6 H2.5 V-3.5 H-2.5 Z',
  domain:
    'M0,-6 A6,6 0 1 1 0,6 A6,6 0 1 1 0,-6 M-6,0 H6 M0,-6 C3.2,-3.4 3.2,3.4 0,6 C-3.2,3.4 -3.2,-3.4 0,-6',
};

/** The sign inside a node, around the origin. */
export function KindGlyph({ kind }: { kind: MapNodeKind }) {
  return <path class="glyph" d={KIND_GLYPHS[kind]} />;
}
