import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Theme } from '../state/theme.ts';
import { FlowPanel } from './flow-panel.tsx';
import { Footer } from './footer.tsx';
import { Header, SEARCH_ID } from './header.tsx';
import { MapView } from './map-view.tsx';
import { usePage } from './page-context.ts';
import { Splitter } from './splitter.tsx';
import { Tooltip } from './tooltip.tsx';

/** Below this width of the window, in pixels, the table gets more of it. */
const NARROW = 1200;

export function App({ theme }: { theme: Signal<Theme | undefined> }) {
  const share = useSignal(innerWidth < NARROW ? 43 : 46);
  useShortcuts();
  return (
    <div class="page">
      <Header theme={theme} />
      <main class="split" style={{ '--map-share': `${share.value}%` }}>
        <MapView />
        <Splitter share={share} />
        <FlowPanel />
      </main>
      <Footer />
      <Tooltip />
    </div>
  );
}

/** `/` searches, `p` pauses, Escape takes back: first the search being typed, then the selection. */
function useShortcuts(): void {
  const page = usePage();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const search = document.getElementById(SEARCH_ID);
      const typing = document.activeElement === search;
      if (event.key === 'Escape') {
        if (typing && page.view.peek().query !== '') page.search('');
        else if (typing) search?.blur();
        else page.select(undefined);
        return;
      }
      if (typing) return;
      if (event.key === '/') {
        event.preventDefault();
        search?.focus();
      } else if (event.key === 'p') {
        page.togglePause();
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [page]);
}
