import type { MapDns, MapLatency, MapSaturation, MapSignals } from '../../map/types.ts';
import { formatBytes, formatCount, formatMicros, formatRate, formatShare } from '../format.ts';
import type { Fact } from './facts.ts';

/** The first three golden signals. */
export function signalFacts({ latency, traffic, errors }: MapSignals): Fact[] {
  return [
    ...latencyFacts(latency),
    { label: 'Traffic', value: formatRate(traffic.bytesPerSecond) },
    { label: 'Connections', value: `${perSecond(traffic.connectionsPerSecond)}/s` },
    {
      label: 'Errors',
      value: errors.failed === 0 ? '0' : `${formatCount(errors.failed)} (${formatShare(errors.ratio)})`,
      alarming: errors.failed > 0,
    },
  ];
}

/** Three quantiles of what was measured; none when nothing was. */
export function latencyFacts(latency: MapLatency | undefined): Fact[] {
  if (latency === undefined || latency.count === 0) return [];
  const { p50Us, p95Us, p99Us } = latency;
  return [{ label: 'p50 / p95 / p99', value: [p50Us, p95Us, p99Us].map(formatMicros).join(' / ') }];
}

/** Questions to a name server: how many, how long answers took, what failed by response code. */
export function dnsFacts({ queries, failed, latency }: MapDns): Fact[] {
  const failures = Object.entries(failed).map(([code, count]) => ({
    label: code,
    value: formatCount(count),
    alarming: true,
  }));
  return [{ label: 'Queries', value: formatCount(queries) }, ...failures, ...latencyFacts(latency)];
}

/** Above this share of a limit it is worth a look. */
const TIGHT = 0.9;

/** The fourth: what its containers use of what they may. */
export function saturationFacts({ containers, cpu, memory, pressure }: MapSaturation): Fact[] {
  const facts: Fact[] = [{ label: 'Containers', value: formatCount(containers) }];
  if (cpu !== undefined) {
    const used = `${(cpu.millicores / 1000).toFixed(2)}`;
    const limit = cpu.limitMillicores;
    facts.push({
      label: 'CPUs',
      value: limit === undefined ? used : `${used} of ${limit / 1000}`,
      alarming: limit !== undefined && cpu.millicores > limit * TIGHT,
    });
  }
  if (memory !== undefined) {
    const { workingSetBytes, limitBytes, oomKills = 0 } = memory;
    const used = formatBytes(workingSetBytes);
    facts.push({
      label: 'Memory',
      value: limitBytes === undefined ? used : `${used} of ${formatBytes(limitBytes)}`,
      alarming: limitBytes !== undefined && workingSetBytes > limitBytes * TIGHT,
    });
    if (oomKills > 0) facts.push({ label: 'OOM kills', value: formatCount(oomKills), alarming: true });
  }
  const waits = pressure?.cpuPermille;
  if (waits !== undefined) facts.push({ label: 'Waits for CPU', value: formatShare(waits / 1000) });
  return facts;
}

function perSecond(value: number): string {
  return value >= 10 || value === 0 ? value.toFixed(0) : value.toPrecision(2);
}
