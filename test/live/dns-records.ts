import { statSync } from 'node:fs';
import type { DnsRecord } from '../../src/wire/dns.ts';
import { poll, type RunningProbe } from './probe.ts';

/** Inode of a network namespace by its name. */
export function netnsInode(name: string): number {
  return statSync(`/run/netns/${name}`).ino;
}

/** The transactions of a network namespace that ended lately, oldest first. */
export async function transactions(probe: RunningProbe, netns: number): Promise<DnsRecord[]> {
  const { dns } = (await probe.get('/v1/dns?all=true')) as { dns: DnsRecord[] };
  return dns.filter((record) => record.netns === netns);
}

/** Waits until `done` holds for the transactions of a network namespace. */
export async function transactionsWhen(
  probe: RunningProbe,
  netns: number,
  done: (records: DnsRecord[]) => boolean,
): Promise<DnsRecord[]> {
  let records: DnsRecord[] = [];
  await poll(async () => {
    records = await transactions(probe, netns);
    return done(records);
  }).catch((error) => {
    throw new Error(`${error.message}; ${records.length}: ${JSON.stringify(records.slice(-5))}`);
  });
  return records;
}
