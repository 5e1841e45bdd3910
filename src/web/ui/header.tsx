import type { Signal } from '@preact/signals';
import { formatClock, formatPlural, formatRate } from '../format.ts';
import type { Page } from '../state/page.ts';
import { systemTheme, type Theme } from '../state/theme.ts';
import { Icon } from './icons.tsx';
import { usePage } from './page-context.ts';
import { SearchBox } from './search-box.tsx';
import { Curve } from './sparkline.tsx';

export function Header({ theme }: { theme: Signal<Theme | undefined> }) {
  const shown = theme.value ?? systemTheme();
  const other = shown === 'dark' ? 'light' : 'dark';
  return (
    <header class="header">
      <h1 class="brand">
        <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
          <path class="brand-edge" d="M7.6 16.2 15.6 9" />
          <circle class="brand-client" cx="6.4" cy="17.2" r="3.4" />
          <rect class="brand-server" x="13.4" y="3.6" width="7" height="7" rx="2" />
        </svg>
        sysprobe
      </h1>
      <LinkState />
      <Throughput />
      <SearchBox />
      <PauseButton />
      <button
        type="button"
        class="icon-button"
        aria-label={`Use the ${other} theme`}
        title={`Use the ${other} theme`}
        onClick={() => {
          theme.value = other;
        }}
      >
        <Icon name={shown === 'dark' ? 'sun' : 'moon'} />
      </button>
    </header>
  );
}

function LinkState() {
  const [state, text] = linkState(usePage());
  return (
    <p class={`link-state ${state}`} role="status">
      <span class="dot" />
      {text}
    </p>
  );
}

function linkState({ link, status, feed, view }: Page): [className: string, text: string] {
  switch (link.value) {
    case 'connecting':
      return ['connecting', 'Connecting'];
    case 'lost':
      return ['lost', 'No connection'];
    case 'live':
      if (status.value?.probe.connected === false) return ['lost', 'No probe'];
      if (feed.paused.value) return ['paused', 'Paused'];
      return view.value.until === undefined
        ? ['live', 'Live']
        : ['paused', `Until ${formatClock(view.value.until)}`];
  }
}

const CURVE = { width: 88, height: 20 };

function Throughput() {
  const samples = usePage().throughput.value;
  return (
    <p class="throughput" title="Bytes per second over all edges, the last minute">
      <Curve samples={samples} size={CURVE} />
      <span>{formatRate(samples.at(-1))}</span>
    </p>
  );
}

function PauseButton() {
  const page = usePage();
  const paused = page.feed.paused.value;
  const { changes, flows } = page.feed.waiting.value;
  return (
    <button
      type="button"
      class={`button pause${paused ? ' paused' : ''}`}
      aria-pressed={paused}
      title={paused ? 'Go on with what came meanwhile (p)' : 'Freeze map and table (p)'}
      onClick={() => page.togglePause()}
    >
      <Icon name={paused ? 'play' : 'pause'} />
      {paused ? 'Resume' : 'Pause'}
      {paused && (
        <span class="waiting">
          {formatPlural(changes, 'change')}, {formatPlural(flows, 'flow')}
        </span>
      )}
    </button>
  );
}
