import { formatRate } from '../format.ts';
import { curve } from '../state/throughput.ts';
import { usePage } from './page-context.ts';

const SIZE = { width: 120, height: 22 };

/** What some edges carried in the last minute. */
export function Sparkline({ edges }: { edges: readonly string[] }) {
  const page = usePage();
  // A sample a second, of all edges at once.
  void page.throughput.value;
  const samples = page.rateHistory.of(edges);
  if (samples.length === 0) return null;
  return (
    <p class="sparkline" title="Bytes per second, the last minute">
      <Curve samples={samples} size={SIZE} />
      {formatRate(samples.at(-1))}
    </p>
  );
}

interface CurveProps {
  samples: readonly number[];
  size: { width: number; height: number };
}

export function Curve({ samples, size }: CurveProps) {
  const { width, height } = size;
  return (
    <svg viewBox={`0 -1 ${width} ${height + 2}`} width={width} height={height + 2} aria-hidden="true">
      <path d={curve(samples, size)} />
    </svg>
  );
}
