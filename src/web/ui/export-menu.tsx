import { useSignal } from '@preact/signals';
import { drawnMap } from '../draw/drawn.ts';
import { readPalette } from '../draw/palette.ts';
import { sceneOf } from '../draw/scene.ts';
import { mapDot } from '../files/dot.ts';
import { mapJson } from '../files/json.ts';
import { mapPng } from '../files/png.ts';
import { mapSvg } from '../files/svg.ts';
import { metricOf } from '../graph/metrics.ts';
import { mapBounds } from '../layout/bounds.ts';
import type { Positions } from '../layout/positions.ts';
import type { Page } from '../state/page.ts';
import { Icon, KIND_GLYPHS } from './icons.tsx';
import { Menu } from './menu.tsx';
import { usePage } from './page-context.ts';

const FORMS = [
  ['svg', 'SVG', 'for documents, at any size'],
  ['png', 'PNG', 'for chats and slides'],
  ['json', 'JSON', 'nodes and edges with all figures'],
  ['dot', 'DOT', 'for Graphviz'],
] as const;

type Form = (typeof FORMS)[number][0];

/** What is drawn, as a file. */
export function ExportMenu({ positions }: { positions: Positions }) {
  const page = usePage();
  const trouble = useSignal('');
  const save = async (form: Form) => {
    const blob = await exported(page, positions, form);
    if (blob === undefined) trouble.value = 'There is nothing on the map yet.';
    else download(blob, `sysprobe-map-${fileTime()}.${form}`);
  };
  return (
    <Menu
      class="to-left"
      title="Save what is drawn"
      label={
        <>
          <Icon name="download" />
          Export
        </>
      }
    >
      {FORMS.map(([form, title, doc]) => (
        <button
          key={form}
          type="button"
          class="menu-item"
          onClick={() =>
            save(form).catch((error: Error) => {
              trouble.value = error.message;
            })
          }
        >
          {title}
          <small>{doc}</small>
        </button>
      ))}
      {trouble.value !== '' && <p class="trouble">{trouble.value}</p>}
    </Menu>
  );
}

/** Undefined when nothing is drawn. */
async function exported(page: Page, positions: Positions, form: Form): Promise<Blob | undefined> {
  const visible = page.visible.peek();
  const bounds = mapBounds(visible?.nodes ?? [], positions);
  if (visible === undefined || bounds === undefined) return undefined;
  const { metric, selection } = page.view.peek();
  const scene = () => sceneOf(drawnMap(page, { visible, positions, zoom: 1 }), selection);
  const palette = readPalette();
  switch (form) {
    case 'svg':
      return new Blob([mapSvg(scene(), { bounds, palette, glyphs: KIND_GLYPHS })], { type: 'image/svg+xml' });
    case 'png':
      return mapPng(scene(), { bounds, palette });
    case 'json': {
      const generatedAt = page.feed.shown.peek().graph?.generatedAt ?? '';
      const text = mapJson(visible, { generatedAt, group: page.group.peek() ?? '' });
      return new Blob([text], { type: 'application/json' });
    }
    case 'dot':
      return new Blob([mapDot(visible, metricOf(metric))], { type: 'text/vnd.graphviz' });
  }
}

function download(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser takes the address when the click is handled; after that it only holds memory.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** `20260131-120000`, in the reader's time. */
function fileTime(): string {
  const now = new Date();
  const two = (part: number) => String(part).padStart(2, '0');
  const day = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join('');
  return `${day}-${[now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join('')}`;
}
