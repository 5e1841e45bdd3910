import { effect, type Signal, signal } from '@preact/signals';

export type Theme = 'light' | 'dark';

const KEY = 'sysprobe.theme';

/** The reader's choice if there is one, else the system's; choosing is kept for the next visit. */
export function createTheme(): Signal<Theme | undefined> {
  const theme = signal<Theme | undefined>(stored());
  effect(() => {
    if (theme.value === undefined) return;
    document.documentElement.dataset.theme = theme.value;
    try {
      localStorage.setItem(KEY, theme.value);
    } catch {
      // Storage may be forbidden; the choice then lasts as long as the page.
    }
  });
  return theme;
}

export function systemTheme(): Theme {
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

function stored(): Theme | undefined {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : undefined;
  } catch {
    return undefined;
  }
}
