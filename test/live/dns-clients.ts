import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs a program in a network namespace; what it wrote, also when it did not end well. */
export async function inNetns(netns: string, command: string[]): Promise<string> {
  const args = ['netns', 'exec', netns, ...command];
  const { stdout } = await run('ip', args, { maxBuffer: 2 ** 26 }).catch((error) => {
    if (typeof error.code !== 'number') throw error;
    return { stdout: String(error.stdout) };
  });
  return stdout;
}

export interface Digged {
  rcode: string | undefined;
  /** By dig's own clock. */
  queryUs: number | undefined;
  answers: string[];
}

/** dig, with what it says of the answer. */
export async function dig(netns: string, args: string[]): Promise<Digged> {
  const text = await inNetns(netns, ['dig', '-u', '+noadditional', '+noauthority', ...args]);
  const queryUs = /Query time: (\d+) usec/.exec(text)?.[1];
  return {
    rcode: /status: (\w+),/.exec(text)?.[1],
    queryUs: queryUs === undefined ? undefined : Number(queryUs),
    answers: text.split('\n').filter((line) => line !== '' && !line.startsWith(';')),
  };
}

/** Runs a program that asks the system's resolver, with `server` as its only one. */
export async function withResolver(netns: string, server: string, command: string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'sysprobe-resolv-'));
  const path = join(folder, 'resolv.conf');
  writeFileSync(path, `nameserver ${server}\nsearch svc.cluster.test cluster.test\noptions ndots:1\n`);
  try {
    const script = `mount --bind ${path} /etc/resolv.conf && exec "$@"`;
    return await inNetns(netns, ['unshare', '-m', 'sh', '-c', script, 'sh', ...command]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** dnsperf asks every name once; returns how many it sent and how many were answered. */
export async function dnsperf(
  netns: string,
  {
    server,
    port = 53,
    names,
    mode = 'udp',
  }: { server: string; port?: number; names: string[]; mode?: 'udp' | 'tcp' },
): Promise<{ sent: number; completed: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'sysprobe-dnsperf-'));
  const path = join(folder, 'names');
  writeFileSync(path, names.map((name) => `${name} A\n`).join(''));
  try {
    const flags = [
      '-s',
      server,
      '-p',
      String(port),
      '-d',
      path,
      '-n',
      '1',
      '-c',
      '4',
      '-q',
      '50',
      '-m',
      mode,
    ];
    const text = await inNetns(netns, ['dnsperf', ...flags]);
    const count = (what: string) => Number(new RegExp(`Queries ${what}:\\s+(\\d+)`).exec(text)?.[1]);
    return { sent: count('sent'), completed: count('completed') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
