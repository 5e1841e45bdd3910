import type { ComponentChildren } from 'preact';
import { HULL_TITLE, type Hull } from '../layout/boxes.ts';
import type { Positions } from '../layout/positions.ts';
import { collapse } from '../state/view-changes.ts';
import { usePage } from './page-context.ts';

interface HullProps {
  hull: Hull;
  positions: Positions;
}

/** The frame around what is inside of an expanded node. */
export function HullFrame({ hull, positions }: HullProps) {
  return (
    <Placed hull={hull} positions={positions}>
      <rect class="hull-frame" width={hull.width} height={hull.height} rx="14" />
    </Placed>
  );
}

/** Its name, which takes back what is inside. */
export function HullTitle({ hull, positions }: HullProps) {
  const page = usePage();
  const { parent, width } = hull;
  const close = () => page.change(collapse(parent.id));
  return (
    <Placed hull={hull} positions={positions}>
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
    </Placed>
  );
}

function Placed({ hull, positions, children }: HullProps & { children: ComponentChildren }) {
  const { parent, width, height } = hull;
  const at = positions.of(parent.id).value;
  if (at === undefined) return null;
  return (
    <g class={`hull node ${parent.kind}`} transform={`translate(${at.x - width / 2},${at.y - height / 2})`}>
      {children}
    </g>
  );
}
