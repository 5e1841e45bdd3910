import type { MapNodeKind } from '../../map/types.ts';
import { nodeOutline } from '../graph/geometry.ts';

const KINDS: readonly MapNodeKind[] = ['process', 'container', 'domain', 'address'];

export function Legend() {
  return (
    <ul class="legend" aria-label="Legend">
      {KINDS.map((kind) => (
        <li key={kind}>
          <svg class={`swatch node ${kind}`} viewBox="-9 -9 18 18" width="16" height="16" aria-hidden="true">
            <path class="node-shape" d={nodeOutline(kind, 6.5)} />
          </svg>
          {kind}
        </li>
      ))}
      <li>
        <svg class="swatch" viewBox="0 0 34 12" width="34" height="12" aria-hidden="true">
          <path class="swatch-wedge" d="M1,5.6 L25,3.4 V8.6 L1,6.4Z" />
          <path class="swatch-head" d="M33,6 L24.5,2 V10Z" />
        </svg>
        client to server, thicker = faster
      </li>
      <li>
        <svg class="swatch" viewBox="0 0 22 12" width="22" height="12" aria-hidden="true">
          <path class="swatch-failed" d="M1,6H21" />
        </svg>
        failures
      </li>
    </ul>
  );
}
