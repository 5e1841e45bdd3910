import { arch, release } from 'node:os';
import { version } from '../lib/package-root.ts';
import type { SourceStatus, Status, TableStatus } from '../wire/status.ts';
import { containerLosses, containerSources, containerTables, nodeSaturation } from './containers/status.ts';
import { dnsSummary } from './dns/summary.ts';
import type { Probe } from './probe.ts';
import { processLosses, processStatus, processTables } from './processes/status.ts';
import { programStatuses } from './program-statuses.ts';
import { costOfCgroup, UDP_HOOK_NAMES } from './sources/udp-hooks.ts';

/** Is it working, what is on, how full is it, and what was lost. */
export function probeStatus(probe: Probe): Status {
  const { table, tcp, udp, listeners, dnsSource, dnsLog, cgroups, owners, translator, events, startedAt } =
    probe;
  const nat = translator.counters();
  const { paths, evicted, removed, removedEvicted } = owners.counters.cgroups;
  const node = nodeSaturation(probe);
  return {
    version,
    pid: process.pid,
    startedAt: startedAt.toISOString(),
    uptimeSeconds: Math.floor(process.uptime()),
    bootId: probe.bootId,
    run: probe.run,
    kernel: { release: release(), arch: arch() },
    binding: probe.binding,
    sources: [
      tcpStatus(probe),
      olderStatus(probe),
      udpStatus(probe),
      dnsStatus(probe),
      cgroupStatus(probe),
      processStatus(probe),
      ...containerSources(probe),
      { name: 'nat', hook: 'netlink conntrack', programs: [], ...translator.status() },
    ],
    tables: [
      { name: 'flows', used: table.activeCount, max: table.maxActive, evicted: table.evicted },
      { name: 'closedFlows', used: table.closedCount, max: table.maxClosed, evicted: table.forgotten },
      {
        name: 'udpConversations',
        used: udp.conversations.size,
        max: udp.conversations.capacity,
        evicted: udp.conversations.closedEarly,
      },
      { name: 'listeningPorts', used: listeners.size, max: listeners.max, evicted: listeners.evicted },
      ...dnsTables(probe),
      ...processTables(probe),
      ...containerTables(probe),
      { name: 'cgroups', used: paths, max: owners.maxCgroups, evicted },
      { name: 'removedCgroups', used: removed, max: owners.maxCgroups, evicted: removedEvicted },
      {
        name: 'natAnswers',
        used: nat.answers ?? 0,
        max: nat.maxAnswers ?? 0,
        evicted: nat.answersEvicted ?? 0,
      },
    ],
    loss: {
      ...tcp.losses(),
      ...udp.losses(),
      ...dnsSource.losses(),
      dnsNamesRefused: dnsLog.names.refused + dnsLog.names.namesDropped,
      ...cgroups.losses(),
      ...processLosses(probe),
      ...containerLosses(probe),
      flowsEvicted: table.evicted,
      closesMissed: table.closesMissed,
      natLookupsSkipped: (nat.rateLimited ?? 0) + (nat.dropped ?? 0),
      natLookupErrors: nat.errors ?? 0,
      eventsMissed: events.missed,
    },
    readers: [...events.readers].map((reader) => reader.status()),
    replay: events.stats(),
    ...(node !== undefined && { node }),
    ...(dnsSource.isOn && {
      dns: dnsSummary({
        totals: dnsLog.totals,
        statistics: dnsLog.statistics,
        transactions: dnsSource.transactions,
      }),
    }),
  };
}

function tcpStatus({ tcp }: Probe): SourceStatus {
  return {
    name: 'tcp',
    state: 'on',
    hook: 'raw_tp/inet_sock_set_state',
    programs: programStatuses(tcp.programs()),
  };
}

function olderStatus({ older }: Probe): SourceStatus {
  const source = { name: 'older sockets', hook: 'netlink sock_diag', programs: [] };
  if (older.refusal === undefined) return { ...source, state: 'on' };
  const reason = `${older.refusal}; connections and listeners older than the probe are not known`;
  return { ...source, state: 'off', reason };
}

function udpStatus({ udp, owners }: Probe): SourceStatus {
  const source = { name: 'udp', programs: programStatuses(udp.programs()) };
  if (udp.hooks === undefined) return { ...source, state: 'off', reason: udp.reason ?? '' };
  const hook = UDP_HOOK_NAMES[udp.hooks];
  if (udp.hooks === 'cgroup' && !owners.seesWholeHost) {
    const reason =
      "the root of the host's cgroup2 tree is not visible: only what is below the visible one is counted";
    return { ...source, hook, state: 'degraded', reason };
  }
  if (udp.reason === undefined) return { ...source, hook, state: 'on' };
  return { ...source, hook, state: 'on', reason: costOfCgroup(udp.reason) };
}

function dnsStatus({ dnsSource, owners }: Probe): SourceStatus {
  const source = {
    name: 'dns',
    hook: 'cgroup_skb, cgroup/sendmsg, cgroup/connect',
    programs: programStatuses(dnsSource.programs()),
  };
  const { isOn, reason } = dnsSource;
  if (!isOn) return { ...source, state: 'off', reason: reason ?? '' };
  if (reason !== undefined) return { ...source, state: 'degraded', reason };
  if (owners.seesWholeHost) return { ...source, state: 'on' };
  const hidden =
    "the root of the host's cgroup2 tree is not visible: only what is below the visible one is observed";
  return { ...source, state: 'degraded', reason: hidden };
}

function dnsTables({ dnsSource, dnsLog }: Probe): TableStatus[] {
  const { transactions, streams } = dnsSource;
  const { recent, names, statistics } = dnsLog;
  return [
    {
      name: 'dnsQuestions',
      used: transactions.pending,
      max: transactions.maxPending,
      evicted: transactions.evicted,
    },
    { name: 'dnsTransactions', used: recent.size, max: recent.capacity, evicted: recent.evicted },
    { name: 'dnsStreams', used: streams.size, max: streams.maxConnections, evicted: streams.evicted },
    { name: 'dnsAddresses', used: names.size, max: names.maxAddresses, evicted: names.evicted },
    {
      name: 'dnsSeries',
      used: statistics.size,
      max: statistics.capacity,
      evicted: statistics.folded,
    },
  ];
}

function cgroupStatus({ cgroups, owners }: Probe): SourceStatus {
  const source = {
    name: 'cgroups',
    hook: 'raw_tp/cgroup_mkdir, raw_tp/cgroup_rmdir',
    programs: programStatuses(cgroups.programs()),
  };
  if (cgroups.refusal !== undefined) {
    const reason = `${cgroups.refusal}; a container that lives too short to be looked at is not named`;
    return { ...source, state: 'off', reason };
  }
  if (owners.seesWholeHost) return { ...source, state: 'on' };
  const reason =
    'the cgroup tree of the host is not visible: the owner of an older container is known only while its process lives';
  return { ...source, state: 'degraded', reason };
}
