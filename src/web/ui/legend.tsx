import type { MapNodeKind } from '../../map/types.ts';
import { nodeOutline } from '../graph/geometry.ts';
import { metricOf } from '../graph/metrics.ts';
import { Menu } from './menu.tsx';
import { usePage } from './page-context.ts';
import { KEYS } from './shortcuts.ts';

/** The kinds that are on the map, what lines mean, and the keys. */
export function Legend() {
  const page = usePage();
  const kinds = new Set(page.visible.value?.nodes.map(({ kind }) => kind));
  const metric = metricOf(page.view.value.metric);
  return (
    <div class="legend">
      <ul aria-label="Legend">
        {[...kinds].sort().map((kind) => (
          <Kind key={kind} kind={kind} />
        ))}
        <li>
          <svg class="swatch" viewBox="0 0 34 12" width="34" height="12" aria-hidden="true">
            <path class="swatch-wedge" d="M1,5.6 L25,3.4 V8.6 L1,6.4Z" />
            <path class="swatch-head" d="M33,6 L24.5,2 V10Z" />
          </svg>
          client to server, thicker: {metric.title.toLowerCase()}
        </li>
        <Line look="degraded" text="some fail" />
        <Line look="failing" text="5 % fail" />
        <Line look="broken" text="all fail" />
      </ul>
      <Menu class="up" title="Keys and gestures" label="?">
        <dl class="keys">
          {KEYS.map(([key, does]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
          <div>
            <dt>double click</dt>
            <dd>what is inside of a node, or who is around it</dd>
          </div>
        </dl>
      </Menu>
    </div>
  );
}

function Kind({ kind }: { kind: MapNodeKind }) {
  return (
    <li>
      <svg class={`swatch node ${kind}`} viewBox="-9 -9 18 18" width="16" height="16" aria-hidden="true">
        <path class="node-shape" d={nodeOutline(kind, 6.5)} />
      </svg>
      {kind}
    </li>
  );
}

function Line({ look, text }: { look: string; text: string }) {
  return (
    <li>
      <svg class={`swatch ${look}`} viewBox="0 0 22 12" width="22" height="12" aria-hidden="true">
        <path class="swatch-line" d="M1,6H21" />
      </svg>
      {text}
    </li>
  );
}
