import { execFileSync } from 'node:child_process';
import type { NamespacePair } from '../live/namespaces.ts';
import type { Expectation } from './compare.ts';

export interface Case extends Expectation {
  name: string;
  /** Of traffic.py. */
  traffic: string;
  options: Record<string, string | number>;
  /** Packets are dropped in both namespaces from here on. */
  lossy?: boolean;
}

/** Sizes that fill no segment evenly, so that a byte too many or too few shows. */
const sent = 1_000_003;
const received = 2_000_001;

/** One way to use TCP each, over loopback and between the two namespaces of `pair`. */
export function casesOf(pair: NamespacePair): Case[] {
  const between = (family: 'ip' | 'ip6') => ({
    host: pair.right[family],
    'netns-client': pair.left.name,
    'netns-server': pair.right.name,
  });
  const once = { connections: 1 };
  return [
    { ...once, name: 'loopback, nothing sent', traffic: 'transfer', options: {} },
    { ...once, name: 'loopback, IPv4', traffic: 'transfer', options: { sent, received } },
    { ...once, name: 'loopback, IPv6', traffic: 'transfer', options: { host: '::1', sent, received } },
    { ...once, name: 'IPv4 client of an IPv6 socket', traffic: 'mapped', options: { sent, received } },
    {
      ...once,
      name: 'two namespaces, IPv4',
      traffic: 'transfer',
      options: { ...between('ip'), sent, received },
    },
    {
      ...once,
      name: 'two namespaces, IPv6',
      traffic: 'transfer',
      options: { ...between('ip6'), sent, received },
    },
    { ...once, name: 'half-closed by the client', traffic: 'half-close', options: { sent, received: 3000 } },
    {
      ...once,
      name: 'reset by the client',
      traffic: 'client-reset',
      options: { sent: 200_000, received: 3000 },
      failures: { server: 'reset' },
    },
    {
      ...once,
      name: 'closed by the server with data unread',
      traffic: 'unread',
      // Has to fit the receive buffer: what stays in the sender's is not sent.
      options: { sent: 50_000 },
      failures: { client: 'reset' },
    },
    { ...once, name: 'written by two processes', traffic: 'shared', options: { sent, received: 3000 } },
    {
      name: 'one socket connected three times',
      traffic: 'reconnect',
      connections: 3,
      options: { sent: 1000, received: 500 },
      failures: { server: 'reset' },
    },
    {
      name: 'one port used again at once',
      traffic: 'reuse',
      connections: 200,
      options: { sent: 1000, received: 500 },
      failures: { server: 'reset' },
    },
    {
      name: 'refused',
      traffic: 'refused',
      connections: 5,
      options: {},
      failures: { client: 'refused' },
      serverless: true,
    },
    {
      name: 'short connections',
      traffic: 'transfer',
      connections: 2000,
      options: { sent: 100, received: 200 },
    },
    {
      ...once,
      name: 'two namespaces, 5 % of the packets dropped',
      lossy: true,
      traffic: 'transfer',
      options: { ...between('ip'), sent, received },
    },
  ];
}

/** Makes both namespaces drop a random 5 % of what they receive. */
export function dropPackets(pair: NamespacePair): void {
  const rules = [
    'add table inet lossy',
    'add chain inet lossy input { type filter hook input priority 0; }',
    'add rule inet lossy input numgen random mod 100 < 5 drop',
  ];
  for (const { name } of [pair.left, pair.right]) {
    execFileSync('ip', ['netns', 'exec', name, 'nft', rules.join('; ')], { stdio: 'pipe' });
  }
}
