import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitOf, poll } from './probe.ts';

/** A query as its server wrote it down. */
export interface LoggedQuery {
  ip: string;
  /** Of the client; dnsmasq alone tells it. */
  port?: number;
  name: string;
  type: string;
  /** unbound alone tells it. */
  rcode?: string;
}

export interface DnsServer {
  pid: number;
  /** What it was asked so far, in order. */
  queries(): LoggedQuery[];
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** Network namespace. */
  netns: string;
  /** Addresses to answer at. */
  listen: string[];
  port: number;
}

/** One that nobody else on the machine searches for. */
export const SHORT_NAME = 'sysprobe-short';

/** Everything below `shop.test`: one address each way, an alias of an alias, a name that leads nowhere, and many addresses. */
const dnsmasqZone = (ip: string, ip6: string) => [
  '--local=/test/',
  `--host-record=${SHORT_NAME},192.0.2.81`,
  `--host-record=web.shop.test,${ip},${ip6}`,
  '--cname=www.shop.test,edge.shop.test',
  '--cname=edge.shop.test,web.shop.test',
  '--txt-record=text.shop.test,v=1',
];

/** dnsmasq; `web.shop.test` and its aliases lead to `web`. */
export function startDnsmasq(
  options: ServerOptions & { web: { ip: string; ip6: string } },
): Promise<DnsServer> {
  const { listen, port, web } = options;
  const flags = ['--no-daemon', '--conf-file=/dev/null', '--no-resolv', '--no-hosts', '--bind-interfaces'];
  const log = ['--log-queries=extra', '--log-facility=-', '--user=root', '--group=root', '--pid-file='];
  const where = [...listen.map((ip) => `--listen-address=${ip}`), `--port=${port}`];
  const zone = dnsmasqZone(web.ip, web.ip6);
  return start(['dnsmasq', ...flags, ...log, ...where, ...zone], options, {
    ready: 'started, version',
    parse: (line) => {
      const [, ip, port, type, name] = /: \d+ (\S+)\/(\d+) query\[([^\]]+)\] (\S+) from/.exec(line) ?? [];
      if (ip === undefined || type === undefined || name === undefined) return undefined;
      return { ip, port: Number(port), type, name };
    },
  });
}

export const MANY = 400;
export const VERY_MANY = 1700;

/** unbound; `many.shop.test` has more addresses than a datagram of any client, `very-many` more than 16 KiB. */
export async function startUnbound(options: ServerOptions & { log?: boolean }): Promise<DnsServer> {
  const { listen, port, log = true } = options;
  const folder = mkdtempSync(join(tmpdir(), 'sysprobe-unbound-'));
  const addresses = (name: string, count: number) =>
    Array.from({ length: count }, (_, i) => `local-data: "${name} 60 A 10.99.${i >> 8}.${i & 255}"`);
  const config = join(folder, 'unbound.conf');
  const lines = [
    ...listen.map((ip) => `interface: ${ip}@${port}`),
    'access-control: 0.0.0.0/0 allow',
    'access-control: ::/0 allow',
    'username: ""',
    'chroot: ""',
    'directory: ""',
    'pidfile: ""',
    'use-syslog: no',
    'do-daemonize: no',
    'module-config: "iterator"',
    'log-queries: no',
    `log-replies: ${log ? 'yes' : 'no'}`,
    'max-udp-size: 65535',
    'edns-buffer-size: 65535',
    'msg-buffer-size: 65552',
    'outgoing-range: 64',
    'num-queries-per-thread: 32',
    'local-zone: "shop.test." static',
    'local-zone: "refused.test." refuse',
    'local-data: "web.shop.test 60 A 192.0.2.80"',
    'local-data: "web.shop.test 60 AAAA 2001:db8::80"',
    ...addresses('many.shop.test', MANY),
    ...addresses('very-many.shop.test', VERY_MANY),
  ];
  writeFileSync(
    config,
    `server:\n${lines.map((line) => `  ${line}`).join('\n')}\nremote-control:\n  control-enable: no\n`,
  );
  const server = await start(['unbound', '-d', '-p', '-c', config], options, {
    ready: 'start of service',
    parse: (line) => {
      const [, ip, name, type, rcode] = /info: (\S+) (\S+)\. (\S+) IN (\S+) \d/.exec(line) ?? [];
      if (ip === undefined || name === undefined || type === undefined || rcode === undefined)
        return undefined;
      return { ip, name, type, rcode };
    },
  });
  return {
    ...server,
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

interface Form {
  /** What it writes when it answers. */
  ready: string;
  parse(line: string): LoggedQuery | undefined;
}

async function start(
  command: string[],
  { netns }: ServerOptions,
  { ready, parse }: Form,
): Promise<DnsServer> {
  const folder = mkdtempSync(join(tmpdir(), 'sysprobe-dns-'));
  const path = join(folder, 'log');
  const log = openSync(path, 'w');
  const child = spawn('ip', ['netns', 'exec', netns, ...command], { stdio: ['ignore', log, log] });
  closeSync(log);
  const ended = exitOf(child);
  const text = () => readFileSync(path, 'utf8');
  await poll(() => {
    if (child.exitCode !== null) throw new Error(`${command[0]} ended: ${text()}`);
    return text().includes(ready);
  });
  return {
    pid: pidOf(child),
    queries: () =>
      text()
        .split('\n')
        .flatMap((line) => parse(line) ?? []),
    async stop() {
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('it was not started');
  return pid;
}
