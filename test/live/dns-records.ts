import { deepStrictEqual, ok } from 'node:assert';
import { statSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { DnsRecord } from '../../src/wire/dns.ts';
import type { DnsServer, LoggedQuery } from './dns-servers.ts';
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

/** What a server tells of its clients beside their addresses and questions. */
type Told = 'port' | 'rcode';

export interface Watched {
  /** The namespace that asks. */
  netns: number;
  /** The server and its port, as the asking programs know it. */
  server: DnsServer;
  port: number;
  tells: Told;
}

/** From now on; what it returns waits until the probe saw all that the server was asked, and nothing else. */
export async function watch(probe: RunningProbe, { netns, server, port, tells }: Watched) {
  const asked = server.queries().length;
  const before = new Set((await transactions(probe, netns)).map(({ id }) => id));
  const isNew = ({ id, server: at }: DnsRecord) => !before.has(id) && at?.port === port;
  return async (): Promise<DnsRecord[]> => {
    const keysOf = (queries: LoggedQuery[]) => queries.map((query) => keyOf(query, tells)).sort();
    let logged: string[] = [];
    let records: DnsRecord[] = [];
    // A server may write its last line when the program that asked has ended already.
    await poll(async () => {
      records = (await transactions(probe, netns)).filter(isNew);
      logged = keysOf(server.queries().slice(asked));
      return logged.length > 0 && isDeepStrictEqual(keysOf(records.map(asQuery)), logged);
    }).catch((error) => {
      deepStrictEqual(keysOf(records.map(asQuery)), logged);
      throw error;
    });
    return records;
  };
}

function asQuery({ source, question, rcode }: DnsRecord): LoggedQuery {
  ok(source !== undefined);
  return { ...source, ...question, ...(rcode !== undefined && { rcode }) };
}

function keyOf(query: LoggedQuery, tells: Told): string {
  return [query.ip, query.name.toLowerCase(), query.type, query[tells]].join(' ');
}
