import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

export interface MenuProps {
  label: ComponentChildren;
  title: string;
  class?: string;
  children: ComponentChildren;
}

/** A button with a panel below it, which a click elsewhere and Escape close. */
export function Menu({ label, title, class: name = '', children }: MenuProps) {
  const element = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = () => {
      if (element.current !== null) element.current.open = false;
    };
    const onPointer = ({ target }: PointerEvent) => {
      if (target instanceof Node && element.current?.contains(target) !== true) close();
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || element.current?.open !== true) return;
      event.stopPropagation();
      close();
      element.current.querySelector('summary')?.focus();
    };
    addEventListener('pointerdown', onPointer);
    document.addEventListener('keydown', onKey);
    return () => {
      removeEventListener('pointerdown', onPointer);
      document.removeEventListener('keydown', onKey);
    };
  }, []);
  return (
    <details ref={element} class={`menu ${name}`}>
      <summary class="button" title={title}>
        {label}
      </summary>
      <div class="menu-panel">{children}</div>
    </details>
  );
}
