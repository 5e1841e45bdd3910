import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { MapTimeline, TimelineBucket } from '../../map/types.ts';
import { formatBytes, formatClock, formatCount } from '../format.ts';
import { goLive, LENGTHS, lengthMs, lookAt, STEP_MS, setLength, USUAL_LENGTH } from '../state/time-window.ts';
import { Icon } from './icons.tsx';
import { usePage } from './page-context.ts';

const REPLAY_EVERY_MS = 1000;
/** Steps in which a window is passed by in a replay. */
const STEPS_A_WINDOW = 10;

/** When there was something, which window is looked at, and its replay. */
export function Timeline() {
  const page = usePage();
  const { since, until } = page.view.value;
  const timeline = page.timeline.value;
  const length = since ?? USUAL_LENGTH;
  return (
    <section class="timeline" aria-label="Time">
      <label class="field">
        Window
        <select value={length} onChange={({ currentTarget: { value } }) => page.change(setLength(value))}>
          {[...new Set([...LENGTHS, length])].map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
      </label>
      {timeline !== undefined && <Track timeline={timeline} />}
      <ReplayButton />
      <button
        type="button"
        class={`button small${until === undefined ? ' pressed' : ''}`}
        aria-pressed={until === undefined}
        title="The window that ends now"
        onClick={() => page.change(goLive())}
      >
        Live
      </button>
    </section>
  );
}

function Track({ timeline }: { timeline: MapTimeline }) {
  const page = usePage();
  const { since, until } = page.view.value;
  const [start, end] = [Date.parse(timeline.since), Date.parse(timeline.until)];
  const shown = until === undefined ? end : Date.parse(until);
  const length = lengthMs(since ?? USUAL_LENGTH) ?? 0;
  const share = (time: number) => Math.min(Math.max((time - start) / (end - start), 0), 1);
  const left = share(shown - length);
  const oldest = Date.parse(timeline.oldest);
  return (
    <div class="track">
      <Bars timeline={timeline} />
      {share(oldest) > 0 && (
        <span
          class="track-forgotten"
          style={{ width: `${share(oldest) * 100}%` }}
          title={`Of before ${formatClock(timeline.oldest)} nothing is kept: it made room (historyBytes)`}
        />
      )}
      <span
        class="track-window"
        style={{ left: `${left * 100}%`, width: `${(share(shown) - left) * 100}%` }}
      />
      <input
        type="range"
        aria-label="End of the window"
        aria-valuetext={until === undefined ? 'now' : formatClock(until)}
        min={Math.floor(start / STEP_MS) * STEP_MS}
        max={end}
        step={STEP_MS}
        value={shown}
        onInput={({ currentTarget }) => page.change(lookAt(currentTarget.valueAsNumber, end))}
      />
      <span class="track-ends" aria-hidden="true">
        <span>
          {formatClock(timeline.since)}
          {share(oldest) > 0 && `, kept from ${formatClock(timeline.oldest)}`}
        </span>
        <span>{formatClock(timeline.until)}</span>
      </span>
    </div>
  );
}

const HEIGHT = 24;

/** Bytes as height, by their logarithm; what failed stands in red at the foot. */
function Bars({ timeline }: { timeline: MapTimeline }) {
  const { buckets } = timeline;
  const most = Math.max(...buckets.map(({ bytes }) => bytes), 1);
  const mostFailed = Math.max(...buckets.map(({ failed }) => failed), 1);
  return (
    <svg
      class="bars"
      viewBox={`0 0 ${Math.max(buckets.length, 1)} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {buckets.map((bucket, x) => {
        const height = (Math.log1p(bucket.bytes) / Math.log1p(most)) * HEIGHT;
        const failed = bucket.failed === 0 ? 0 : 3 + (bucket.failed / mostFailed) * 7;
        return (
          <g key={bucket.at}>
            <title>{bucketText(bucket)}</title>
            <rect class="bar" x={x + 0.1} width="0.8" y={HEIGHT - height} height={height} />
            {failed > 0 && (
              <rect class="bar-failed" x={x + 0.1} width="0.8" y={HEIGHT - failed} height={failed} />
            )}
          </g>
        );
      })}
    </svg>
  );
}

function bucketText({ at, bytes, opened, failed }: TimelineBucket): string {
  return `${formatClock(at)}: ${formatBytes(bytes)}, ${formatCount(opened)} opened, ${formatCount(failed)} failed`;
}

function ReplayButton() {
  const page = usePage();
  const playing = useSignal(false);
  const running = playing.value;
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => {
      const { since, until } = page.view.peek();
      if (until === undefined) {
        playing.value = false;
        return;
      }
      const step = Math.max((lengthMs(since ?? USUAL_LENGTH) ?? 0) / STEPS_A_WINDOW, STEP_MS);
      page.change(lookAt(Date.parse(until) + step, Date.now()));
    }, REPLAY_EVERY_MS);
    return () => clearInterval(timer);
  }, [running, page, playing]);
  return (
    <button
      type="button"
      class={`button small${running ? ' pressed' : ''}`}
      aria-pressed={running}
      title="Let the time go by from here, or from the beginning"
      onClick={() => {
        const { oldest, until = Date.now() } = replayBounds(page.timeline.peek());
        if (!running && page.view.peek().until === undefined && oldest !== undefined)
          page.change(lookAt(oldest, until));
        playing.value = !running;
      }}
    >
      <Icon name={running ? 'pause' : 'play'} />
      Replay
    </button>
  );
}

/** From the first window that has something to the end. */
function replayBounds(timeline: MapTimeline | undefined): {
  oldest: number | undefined;
  until: number | undefined;
} {
  const first = timeline?.buckets.find(({ bytes, opened, failed }) => bytes + opened + failed > 0);
  if (timeline === undefined || first === undefined) return { oldest: undefined, until: undefined };
  return {
    oldest: Date.parse(first.at) + Math.max(timeline.bucketMs, STEP_MS),
    until: Date.parse(timeline.until),
  };
}
