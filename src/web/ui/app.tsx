import { type Signal, useSignal } from '@preact/signals';
import { systemTheme, type Theme } from '../state/theme.ts';
import { Footer } from './footer.tsx';
import { Header } from './header.tsx';
import { MapView } from './map-view.tsx';
import { useShortcuts } from './shortcuts.ts';
import { SidePanel } from './side-panel.tsx';
import { Splitter } from './splitter.tsx';
import { Timeline } from './timeline.tsx';
import { Toolbar } from './toolbar.tsx';
import { Tooltip } from './tooltip.tsx';

/** Below this width of the window, in pixels, the table gets more of it. */
const NARROW = 1200;

export function App({ theme }: { theme: Signal<Theme | undefined> }) {
  const share = useSignal(innerWidth < NARROW ? 43 : 46);
  useShortcuts();
  return (
    <div class="page">
      <Header theme={theme} />
      <Toolbar />
      <main class="split" style={{ '--map-share': `${share.value}%` }}>
        <MapView theme={theme.value ?? systemTheme()} />
        <Splitter share={share} />
        <SidePanel />
      </main>
      <Timeline />
      <Footer />
      <Tooltip />
    </div>
  );
}
