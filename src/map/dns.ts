import type { Figures } from './figures.ts';
import { latencyOf } from './latency.ts';
import { DNS_FAILURES, type DnsFailure, type MapDns, type MapDnsQuery } from './types.ts';

export function addDns(into: Figures, { outcome, rcode = 'NOERROR', latencyUs, askedMs }: MapDnsQuery): void {
  into.add('queries', 1);
  into.seen(askedMs);
  if (outcome === 'timeout') into.add('TIMEOUT', 1);
  else if (rcode !== 'NOERROR') into.add(failureOf(rcode), 1);
  if (latencyUs !== undefined) into.measured('dns').add(latencyUs);
}

function failureOf(rcode: string): DnsFailure {
  return DNS_FAILURES.find((each) => each === rcode) ?? 'OTHER';
}

/** Undefined when nothing was asked. */
export function dnsOf(figures: Figures): MapDns | undefined {
  const queries = figures.count('queries');
  if (queries === 0) return undefined;
  const failed: MapDns['failed'] = {};
  for (const reason of DNS_FAILURES) {
    const count = figures.count(reason);
    if (count > 0) failed[reason] = count;
  }
  const latency = latencyOf(figures.sketch('dns'));
  return { queries, failed, ...(latency && { latency }) };
}
