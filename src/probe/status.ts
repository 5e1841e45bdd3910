import { arch, release } from 'node:os';
import { version } from '../lib/package-root.ts';
import type { SourceStatus, Status } from '../wire/status.ts';
import type { Probe } from './probe.ts';

/** Is it working, what is on, how full is it, and what was lost. */
export function probeStatus(probe: Probe): Status {
  const { table, tcp, translator, events, startedAt } = probe;
  const nat = translator.counters();
  return {
    version,
    pid: process.pid,
    startedAt: startedAt.toISOString(),
    uptimeSeconds: Math.floor(process.uptime()),
    bootId: probe.bootId,
    run: probe.run,
    kernel: { release: release(), arch: arch() },
    sources: [
      tcpStatus(probe),
      { name: 'nat', hook: 'netlink conntrack', programs: [], ...translator.status() },
    ],
    tables: [
      { name: 'flows', used: table.activeCount, max: table.maxActive, evicted: table.evicted },
      { name: 'closedFlows', used: table.closedCount, max: table.maxClosed, evicted: table.forgotten },
      {
        name: 'natAnswers',
        used: nat.answers ?? 0,
        max: nat.maxAnswers ?? 0,
        evicted: nat.answersEvicted ?? 0,
      },
    ],
    loss: {
      ...tcp.losses(),
      flowsEvicted: table.evicted,
      closesMissed: table.closesMissed,
      natLookupsSkipped: (nat.rateLimited ?? 0) + (nat.dropped ?? 0),
      natLookupErrors: nat.errors ?? 0,
      eventsMissed: events.missed,
    },
    readers: [...events.readers].map((reader) => reader.status()),
    replay: events.stats(),
  };
}

function tcpStatus({ tcp, owners }: Probe): SourceStatus {
  const programs = tcp.programs().map(({ name, section, runCount, runTimeNs }) => ({
    name,
    section,
    runCount,
    runTimeNs,
  }));
  const source = { name: 'tcp', hook: 'raw_tp/inet_sock_set_state', programs };
  if (owners.seesWholeHost) return { ...source, state: 'on' };
  const reason =
    'the cgroup2 tree of the host is not visible: an owner is known only while its process lives';
  return { ...source, state: 'degraded', reason };
}
