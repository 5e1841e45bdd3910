import type { DnsQuestion, DnsRecord } from './message.ts';

export interface Endpoint {
  ip: string;
  port: number;
}

/** What the kernel saw of a message, at the client's socket. */
export interface DnsPacket<Owner> {
  /** Its cookie. */
  socket: number;
  /** Of the kernel's clock. */
  timeNs: number;
  /** As the client knows it, before NAT. */
  server: Endpoint;
  transport: 'udp' | 'tcp';
  owner: Owner;
}

export interface Asked<Owner> {
  /** The id that question and answer share; a client uses it again. */
  messageId: number;
  socket: number;
  askedNs: number;
  question: DnsQuestion;
  /** The one that answered; without an answer, the one that was asked first. */
  server: Endpoint;
  transport: 'udp' | 'tcp';
  /** Times that the question was sent again. */
  retries: number;
  owner: Owner;
}

export interface AnsweredTransaction<Owner> extends Asked<Owner> {
  outcome: 'answered';
  rcode: string;
  /** Since it was asked first: what the client waited. */
  latencyUs: number;
  answers: DnsRecord[];
  /** Answers of the server that are not in `answers`. */
  answersOmitted: number;
  /** The server had no room for all of its answer: the client will ask over TCP. */
  truncated: boolean;
}

/** Nobody answered in time. A server that says that it failed, with SERVFAIL, has answered. */
export interface TimedOutTransaction<Owner> extends Asked<Owner> {
  outcome: 'timeout';
}

export type DnsTransaction<Owner> = AnsweredTransaction<Owner> | TimedOutTransaction<Owner>;

export function isSame(one: DnsQuestion, other: DnsQuestion): boolean {
  return one.name === other.name && one.type === other.type;
}
