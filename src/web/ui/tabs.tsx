import type { Signal } from '@preact/signals';

/** What a panel shows: one of several, by a click or with the arrow keys. */
export function Tabs<Id extends string>({
  titles,
  shown,
}: {
  titles: Readonly<Record<Id, string>>;
  shown: Signal<Id>;
}) {
  const ids = Object.keys(titles) as Id[];
  const step = (by: number) => {
    const next = ids[(ids.indexOf(shown.value) + by + ids.length) % ids.length];
    if (next !== undefined) shown.value = next;
  };
  return (
    <div
      class="tabs"
      role="tablist"
      onKeyDown={({ key, currentTarget }) => {
        if (key !== 'ArrowRight' && key !== 'ArrowLeft') return;
        step(key === 'ArrowRight' ? 1 : -1);
        currentTarget.querySelector<HTMLElement>(`[data-tab="${shown.value}"]`)?.focus();
      }}
    >
      {ids.map((id) => (
        <button
          key={id}
          type="button"
          role="tab"
          data-tab={id}
          aria-selected={id === shown.value}
          tabindex={id === shown.value ? 0 : -1}
          onClick={() => {
            shown.value = id;
          }}
        >
          {titles[id]}
        </button>
      ))}
    </div>
  );
}
