import type { Fields } from './fields.ts';

/** A DNS transaction as every client sees it: a question and what came of it, at the side that asked. Absent = not known. */

export interface DnsAnswer {
  name: string;
  type: string;
  data: string;
  /** Seconds. */
  ttl: number;
}

export interface DnsRecord {
  id: string;
  /** RFC 3339 with nanoseconds, UTC. */
  askedAt?: string;
  question: { name: string; type: string };
  server?: { ip: string; port: number };
  transport?: 'udp' | 'tcp';
  /** A server that says that it failed, with SERVFAIL, has answered. */
  outcome: 'answered' | 'timeout';
  /** `NOERROR`, `NXDOMAIN`, … */
  rcode?: string;
  latencyUs?: number;
  answers?: DnsAnswer[];
  /** Answers of the server that are not in `answers`. */
  answersOmitted?: number;
  /** The server had no room for all of its answer: the client will ask over TCP. */
  truncated?: boolean;
  /** Times that the question was sent again. */
  retries?: number;
  /** Inode of the network namespace. */
  netns?: number;
  process?: { pid?: number; comm?: string; exe?: string };
  container?: { id?: string; runtime?: string };
  cgroup?: { id?: number; path?: string };
  /** The asking socket's own end. */
  source?: { ip: string; port: number };
  /** Transactions with a domain of the search list behind the name that came before, for nothing. */
  searches?: number;
}

/** The order of a row. Only ever append: the stream's hello carries these names, so readers go by name. */
export const DNS_FIELDS = [
  ['id', 'text'],
  ['askedAt', 'time'],
  ['question.name', 'text'],
  ['question.type', 'text'],
  ['server.ip', 'text'],
  ['server.port', 'uint'],
  ['transport', 'text'],
  ['outcome', 'text'],
  ['rcode', 'text'],
  ['latencyUs', 'uint'],
  ['answers', 'answers'],
  ['answersOmitted', 'uint'],
  ['truncated', 'bool'],
  ['retries', 'uint'],
  ['netns', 'uint'],
  ['process.pid', 'uint'],
  ['process.comm', 'text'],
  ['process.exe', 'text'],
  ['container.id', 'text'],
  ['container.runtime', 'text'],
  ['cgroup.id', 'uint'],
  ['cgroup.path', 'text'],
  ['source.ip', 'text'],
  ['source.port', 'uint'],
  ['searches', 'uint'],
] as const satisfies Fields;
