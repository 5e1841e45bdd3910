import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DnsRecord } from '../../src/wire/dns.ts';
import type { FlowRecord } from '../../src/wire/flow.ts';
import type { ProcessRecord } from '../../src/wire/process.ts';
import { dig } from './dns-clients.ts';
import { netnsInode, transactionsWhen } from './dns-records.ts';
import { type DnsServer, startDnsmasq } from './dns-servers.ts';
import { makeNamespacePair, type NamespacePair } from './namespaces.ts';
import { poll, type RunningProbe, startProbe } from './probe.ts';
import { traffic } from './traffic.ts';

describe('two probes at once, one of either binding', () => {
  let pair: NamespacePair;
  let dnsmasq: DnsServer;
  let addon: RunningProbe;
  let ffi: RunningProbe;

  beforeAll(async () => {
    pair = makeNamespacePair('bind');
    const web = { ip: '192.0.2.80', ip6: '2001:db8::80' };
    dnsmasq = await startDnsmasq({ netns: pair.right.name, listen: [pair.right.ip], port: 53, web });
    addon = await startProbe();
    ffi = await startProbe(['--binding', 'ffi']);
  });
  afterAll(async () => {
    await addon?.stop();
    await ffi?.stop();
    await dnsmasq?.stop();
    pair?.remove();
  });

  /** What both say, which must be the same; waits until each says it. */
  async function bothSay<T>(ask: (probe: RunningProbe) => Promise<T[]>, count: number): Promise<T[]> {
    const [first = [], second] = await Promise.all(
      [addon, ffi].map(async (probe) => {
        let said: T[] = [];
        await poll(async () => {
          said = await ask(probe);
          return said.length >= count;
        });
        return said;
      }),
    );
    expect(first).toHaveLength(count);
    expect(second).toEqual(first);
    return first;
  }

  it('have the same sources', async () => {
    const [byAddon, byFfi] = await Promise.all([addon.status(), ffi.status()]);
    expect([byAddon.binding, byFfi.binding]).toEqual(['addon', 'ffi']);
    const states = ({ sources }: typeof byAddon) =>
      sources.map(({ name, state, hook }) => ({ name, state, hook }));
    expect(states(byFfi)).toEqual(states(byAddon));
    expect(byFfi.loss).toEqual(byAddon.loss);
  });

  it.each([
    ['a little', 1000, 2000],
    ['much', 10_000_000, 3_000_001],
  ])('have the exact bytes of a connection that carries %s', async (_, sent, received) => {
    const done = await traffic('transfer', { host: '127.0.0.1', sent, received });
    const flows = await bothSay(async (probe) => {
      const closed = await probe.flows(`port=${done.port}&state=closed`);
      return closed.sort(bySourcePort).map(withoutTimes);
    }, 2);
    for (const [at, end] of [
      [flows.find(({ dest }) => dest.port === done.port), done.client],
      [flows.find(({ source }) => source.port === done.port), done.server],
    ] as const) {
      expect(at).toMatchObject({
        sent: { bytes: end.sent },
        received: { bytes: end.received },
        process: { pid: end.pid },
      });
    }
  });

  it('have the end of a process, with its executable and arguments', async () => {
    const { pid } = spawnSync('/bin/sh', ['-c', 'exit 6']);
    const [ended] = await bothSay(async (probe) => {
      const { processes } = (await probe.get(`/v1/processes?pid=${pid}&all=true`)) as {
        processes: ProcessRecord[];
      };
      return processes
        .filter(({ state }) => state === 'exited')
        .map(({ exitCode, exe, args, parentPid }) => ({ exitCode, exe, args, parentPid }));
    }, 1);
    expect(ended).toMatchObject({ exitCode: 6, args: ['/bin/sh', '-c', 'exit 6'], parentPid: process.pid });
  });

  it('have a DNS transaction with its answer', async () => {
    const netns = netnsInode(pair.left.name);
    const said = await dig(pair.left.name, [`@${pair.right.ip}`, 'www.shop.test', 'A']);
    const isOurs = ({ question }: DnsRecord) => question.name === 'www.shop.test';
    const [transaction] = await bothSay(async (probe) => {
      const found = await transactionsWhen(probe, netns, (records) => records.some(isOurs));
      return found.filter(isOurs).map(({ question, server, source, outcome, rcode, answers, process }) => ({
        ...{ question, server, source, outcome, rcode, answers },
        comm: process?.comm,
      }));
    }, 1);
    expect(transaction).toMatchObject({ outcome: 'answered', rcode: said.rcode, comm: 'dig' });
    expect(transaction?.answers).toHaveLength(said.answers.length);
  });

  it('end by a signal with 0, and failed at nothing', async () => {
    for (const probe of [addon, ffi]) {
      expect(await probe.stop()).toBe(0);
      expect(probe.stderr()).not.toMatch(/"level":(50|60)/);
    }
  });
});

const bySourcePort = (a: FlowRecord, b: FlowRecord) => a.source.port - b.source.port;

/** What two programs on one hook see alike: all but when exactly they ran. */
function withoutTimes({ source, dest, protocol, direction, state, sent, received, process }: FlowRecord) {
  return { source, dest, protocol, direction, state, sent, received, process };
}

describe('the binding ffi', () => {
  /** Hides a file or folder from a program: another is mounted over it, for that program alone. */
  function run(args: string[], hidden?: { path: string; behind: string }) {
    const command = ['unshare', '--mount', 'sh', '-c'];
    const script = hidden ? `mount --bind ${hidden.behind} ${hidden.path} && exec "$@"` : 'exec "$@"';
    const [file = '', ...rest] = [...command, script, 'sh', process.execPath, ...args];
    const { status, stdout, stderr } = spawnSync(file, rest, { encoding: 'utf8', timeout: 30_000 });
    return { status, stdout, lines: stderr.trim().split('\n') };
  }
  const probe = ['dist/system-probe.js', '--binding', 'ffi', '--socket', '/tmp/none/p.sock'];

  it.each(['ffi-napi', 'ref-napi'])('says what to install where %s is not', (name) => {
    const { status, lines } = run(probe, { path: `node_modules/${name}`, behind: '/proc/self/fdinfo' });
    expect(status).toBe(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/npm install --ignore-scripts ffi-napi@4 ref-napi@3.*\(SP_BINDING_UNUSABLE\)$/);
  });

  it('says what to install where libbpf is not', () => {
    const { stdout } = spawnSync('ldconfig', ['-p'], { encoding: 'utf8' });
    const path = /libbpf\.so\.1 .*=> (\S+)/.exec(stdout)?.[1] ?? '';
    const { status, lines } = run(probe, { path, behind: '/dev/null' });
    expect(status).toBe(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/libbpf\.so\.1.*apt-get install libbpf1.*\(SP_BINDING_UNUSABLE\)$/);
  });

  it('is checked as the addon is', () => {
    const checked = (...flags: string[]) => {
      const { stdout } = run(['dist/sysprobe.js', 'check', '-o', 'json', ...flags]);
      return JSON.parse(stdout) as { ok: boolean; checks: { name: string; status: string }[] };
    };
    const [byAddon, byFfi] = [checked(), checked('--binding', 'ffi')];
    const names = ({ checks }: typeof byAddon) => checks.map(({ name, status }) => `${name} ${status}`);
    expect(byFfi.ok).toBe(true);
    expect(names(byFfi)).toEqual(names(byAddon).map((line) => line.replace('addon', 'ffi')));
  });
});
