import { HULL_TITLE, type Hull } from '../layout/boxes.ts';
import type { Positions } from '../layout/positions.ts';
import { collapse } from '../state/view-changes.ts';
import { usePage } from './page-context.ts';

/** The frame around what is inside of an expanded node. */
export function MapHull({ hull, positions }: { hull: Hull; positions: Positions }) {
  const page = usePage();
  const { parent, width, height } = hull;
  const at = positions.of(parent.id).value;
  if (at === undefined) return null;
  const close = () => page.change(collapse(parent.id));
  return (
    <g class={`hull node ${parent.kind}`} transform={`translate(${at.x - width / 2},${at.y - height / 2})`}>
      <rect class="hull-frame" width={width} height={height} rx="14" />
      {/* biome-ignore lint/a11y/useSemanticElements: SVG has no button. */}
      <g
        class="hull-title"
        data-hull={parent.id}
        role="button"
        tabindex={0}
        aria-label={`${parent.kind} ${parent.name}, expanded: collapse`}
        onClick={(event) => {
          event.stopPropagation();
          close();
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' && event.key !== ' ') return;
          event.preventDefault();
          event.stopPropagation();
          close();
        }}
      >
        <rect class="hull-hit" width={width} height={HULL_TITLE} rx="14" />
        <path class="hull-sign" d="M14,13h9" />
        <text class="hull-name" x="30" y="17.5">
          {parent.name}
          <tspan class="hull-kind" dx="6">
            {parent.kind}
          </tspan>
        </text>
      </g>
    </g>
  );
}
