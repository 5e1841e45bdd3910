/** What a panel shows: one of several, by a click or with the arrow keys. */
export function Tabs<Id extends string>({
  titles,
  shown,
  onShow,
}: {
  titles: Readonly<Record<Id, string>>;
  shown: Id;
  onShow(id: Id): void;
}) {
  const ids = Object.keys(titles) as Id[];
  const step = (by: number) => {
    const next = ids[(ids.indexOf(shown) + by + ids.length) % ids.length];
    if (next !== undefined) onShow(next);
    return next;
  };
  return (
    <div
      class="tabs"
      role="tablist"
      onKeyDown={({ key, currentTarget }) => {
        if (key !== 'ArrowRight' && key !== 'ArrowLeft') return;
        const next = step(key === 'ArrowRight' ? 1 : -1);
        currentTarget.querySelector<HTMLElement>(`[data-tab="${next}"]`)?.focus();
      }}
    >
      {ids.map((id) => (
        <button
          key={id}
          type="button"
          role="tab"
          data-tab={id}
          aria-selected={id === shown}
          tabindex={id === shown ? 0 : -1}
          onClick={() => onShow(id)}
        >
          {titles[id]}
        </button>
      ))}
    </div>
  );
}
