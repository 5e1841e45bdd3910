import type { AnsweredTransaction, TimedOutTransaction } from './transaction.ts';

const asked = {
  messageId: 1,
  socket: 1,
  askedNs: 0,
  server: { ip: '192.0.2.53', port: 53 },
  transport: 'udp',
  retries: 0,
  owner: undefined,
} as const;

export function answered(
  name: string,
  changes: Partial<AnsweredTransaction<undefined>> = {},
): AnsweredTransaction<undefined> {
  return {
    ...asked,
    question: { name, type: 'A' },
    outcome: 'answered',
    rcode: 'NOERROR',
    latencyUs: 100,
    answers: [{ name, type: 'A', data: '192.0.2.1', ttl: 60 }],
    answersOmitted: 0,
    truncated: false,
    ...changes,
  };
}

export function notFound(name: string, askedNs = 0): AnsweredTransaction<undefined> {
  return answered(name, { rcode: 'NXDOMAIN', answers: [], askedNs });
}

export function timedOut(
  name: string,
  changes: Partial<TimedOutTransaction<undefined>> = {},
): TimedOutTransaction<undefined> {
  return { ...asked, question: { name, type: 'A' }, outcome: 'timeout', ...changes };
}
