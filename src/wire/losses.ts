/** What each counter of `loss` in the status of system-probe means, and what to do about it. */
export const PROBE_LOSSES: Readonly<Record<string, string>> = {
  ringOpened: 'openings of connections that the kernel ring had no room for: raise `ringBytes`',
  ringClosed: 'ends of connections that the kernel ring had no room for: raise `ringBytes`',
  ringListen: 'listeners that the kernel ring had no room for: raise `ringBytes`',
  connectionsFull:
    'connections beyond `maxFlows` at once: exact bytes at their close, but no owner and opening time unless their opening was seen',
  connectionsStale: 'connections whose end was not seen: their socket was reused',
  closesUnclear:
    'connections beyond the table, or older than the probe, whose end may not have been seen: it came while the kernel was at another one',
  changesMissed:
    'state changes of TCP sockets that the kernel skipped every program at: opening, owner or close may be missing for each',
  listenersFull: 'listeners beyond the table: what they accept has no owner until it closes',
  flowsEvicted: 'open flows that made room, and show again at their close: raise `maxFlows`',
  closesMissed: 'flows that ended without a record: closed with `closeMissed` and their last counters',
  udpTableFull: 'datagrams in no flow: more conversations at once than the table holds; raise `maxFlows`',
  udpHeaders: 'datagrams in no flow: their headers could not be read',
  udpUnsettled: 'datagrams in no flow: a drop that matched none of them',
  udpRunsSkipped: 'sends and receipts of UDP, at most, that the kernel skipped the program at',
  ringDns:
    'DNS messages that the kernel ring had no room for, whose lookups may show as timeouts: raise `dnsRingBytes`',
  dnsUnread: 'packets of DNS whose bytes the kernel could not read',
  dnsCut: 'DNS messages longer than what is copied: their last records are missing',
  dnsMalformed: 'packets on a port of DNS that are no DNS, or damaged',
  dnsQuestionsEvicted: 'DNS questions that made room: more waited for an answer than the table holds',
  dnsStreamsAbandoned: 'TCP connections of DNS that were given up',
  dnsStreamGaps: 'gaps in TCP connections of DNS that nothing filled',
  dnsNamesRefused: 'addresses whose domain found no place: flows to them have none',
  ringCgroup: 'cgroups that the kernel ring had no room for: what is missing is looked for',
  cgroupPathsCut: 'cgroups whose path was longer than what is copied',
  cgroupRunsSkipped:
    'cgroups, at most, that the kernel skipped the program at: what is missing is looked for',
  ringProcessStarted:
    'forks and executions that the kernel ring had no room for: raise `processRingBytes`; what is missing is looked for in `/proc`',
  ringProcessExited: 'ends of processes that the kernel ring had no room for: raise `processRingBytes`',
  ringOomKilled: 'kills for want of memory that the kernel ring had no room for: raise `processRingBytes`',
  processRunsSkipped:
    'forks, executions and ends, of threads too, that the kernel skipped the program at, at most: what is missing is looked for',
  processStartsUnseen: 'processes that were found without their start',
  processEndsUnseen: 'processes that were gone without their end: they have no exit code',
  containerEndsUnseen: 'containers whose exit code neither the kernel nor a runtime told',
  containersUnnamed: 'containers that no runtime told the name of: they are reported under their ids',
  runtimeFailures: 'questions that a container runtime did not answer',
  eventsExcluded: 'events of containers that are excluded (`excludeContainers`): meant to be missing',
  eventsDroppedBeforeName:
    'events of containers whose name, which decides whether they are excluded, came too late',
  natLookupsSkipped: 'connections that were not looked up in the table of NAT: too many at once',
  natLookupErrors: 'connections whose lookup in the table of NAT failed',
  eventsMissed: 'events that a reader was too slow for, which is told how many: raise `replayBytes`',
};

/** The same of node-agent. */
export const AGENT_LOSSES: Readonly<Record<string, string>> = {
  probeEvents: 'events that the probe no longer had when the agent came for them: raise its `replayBytes`',
  recordsRefused:
    'records of the probe that say what cannot be, and were left out: `probe.lastError` of `/api/v1/status` has the reason',
  flowsEvicted: 'open flows that made room, and count again at their close: raise `maxFlows`',
  conversationsEvicted: 'idle edges that made room: the map of the last minutes has them no more',
  historySlots: 'time slots of the map that made room before `historySeconds`: raise `historyBytes`',
  historyFlows: 'single flows of the past that made room before `historySeconds`: raise `historyBytes`',
  dnsEvicted: 'DNS transactions that made room before they ended',
  processesEvicted: 'processes that made room while they ran: raise `maxProcesses`',
  containersEvicted: 'containers that made room while they ran: raise `maxContainers`',
  exportDropped: 'metrics and logs that no receiver took: `exports` of `/api/v1/status` has the reasons',
  eventsExcluded: 'records of containers that are excluded (`excludeContainers`): meant to be missing',
  historyUnwritten: 'blocks of the history that were not written to `historyFolder`, and are in memory alone',
};
