import type { MapDnsQuery } from '../map/types.ts';
import type { DnsRecord } from '../wire/dns.ts';

/** A DNS transaction as the map counts it; undefined when it is not known between whom it was. */
export function lookupOf(record: DnsRecord, now: number): MapDnsQuery | undefined {
  const { source, server, transport = 'udp', askedAt } = record;
  if (source === undefined || server === undefined) return undefined;
  const askedMs = askedAt === undefined ? now : Date.parse(askedAt);
  return { ...record, source, server, transport, askedMs };
}

export function* lookupsOf(records: Iterable<DnsRecord>, now: number): Generator<MapDnsQuery> {
  for (const record of records) {
    const lookup = lookupOf(record, now);
    if (lookup !== undefined) yield lookup;
  }
}
