import { type AnswerCell, type Row, uint } from '../../wire/fields.ts';
import type { Clock } from '../clock.ts';
import type { Owner } from '../owners/owner.ts';
import type { DnsRecord as Answer } from './message.ts';
import type { DnsTransaction, Endpoint } from './transaction.ts';

/** Who asked. */
export interface Asker {
  netns: number;
  /** 0 = not known. */
  pid: number;
  comm: string;
  cgroupId: number;
  /** The asking socket's end. */
  source: Endpoint;
  owner: Owner;
}

/** A transaction in the order of DNS_FIELDS (src/wire/dns.ts). */
export function dnsRow(
  transaction: DnsTransaction<Asker>,
  { id, searches }: { id: string; searches: number },
  clock: Pick<Clock, 'epochNs'>,
): Row {
  const { askedNs, question, server, transport, outcome, retries, owner: asker } = transaction;
  const answered = transaction.outcome === 'answered' ? transaction : undefined;
  const { netns, pid, comm, cgroupId, source, owner } = asker;
  return [
    id,
    clock.epochNs(askedNs),
    question.name,
    question.type,
    server.ip,
    server.port,
    transport,
    outcome,
    answered?.rcode ?? null,
    answered?.latencyUs ?? null,
    answered === undefined ? null : answered.answers.map(answerCell),
    answered?.answersOmitted || null,
    answered?.truncated || null,
    retries,
    netns,
    pid || null,
    pid === 0 ? null : comm,
    owner.exe ?? null,
    owner.container?.id ?? null,
    owner.container?.runtime ?? null,
    cgroupId === 0 ? null : uint(cgroupId),
    owner.cgroup?.path ?? null,
    source.ip,
    source.port,
    searches || null,
  ];
}

function answerCell({ name, type, data, ttl }: Answer): AnswerCell {
  return [name, type, data, ttl];
}
