import type { Signal } from '@preact/signals';

const MIN_SHARE = 20;
const MAX_SHARE = 80;
const KEY_STEP = 2;

/** The bar between map and table: drag it, or move it with the arrow keys. `share` is the map's part in percent. */
export function Splitter({ share }: { share: Signal<number> }) {
  const set = (value: number) => {
    share.value = Math.min(Math.max(value, MIN_SHARE), MAX_SHARE);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule that is moved is no <hr>.
    <div
      class="splitter"
      role="separator"
      aria-label="Width of the map"
      aria-orientation="vertical"
      aria-valuenow={Math.round(share.value)}
      aria-valuemin={MIN_SHARE}
      aria-valuemax={MAX_SHARE}
      tabindex={0}
      onPointerDown={(event) => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={({ currentTarget, pointerId, clientX }) => {
        if (!currentTarget.hasPointerCapture(pointerId)) return;
        const { left, width } = currentTarget.parentElement?.getBoundingClientRect() ?? { left: 0, width: 1 };
        set(((clientX - left) / width) * 100);
      }}
      onKeyDown={({ key }) => {
        if (key === 'ArrowLeft') set(share.value - KEY_STEP);
        if (key === 'ArrowRight') set(share.value + KEY_STEP);
      }}
    />
  );
}
