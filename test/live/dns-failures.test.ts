import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dig, dnsperf, inNetns } from './dns-clients.ts';
import { netnsInode, transactions, transactionsWhen } from './dns-records.ts';
import { type DnsServer, startDnsmasq } from './dns-servers.ts';
import { makeNamespacePair, type NamespacePair } from './namespaces.ts';
import { ofOpenFiles } from './open-files.ts';
import { poll, type RunningProbe, startProbe } from './probe.ts';

const web = { ip: '192.0.2.80', ip6: '2001:db8::80' };
/** enum bpf_prog_type: programs on packets and on addresses of a cgroup. */
const CGROUP_PROGRAMS = ['8', '18'];

let pair: NamespacePair;
let netns: number;
let server: DnsServer;

beforeAll(() => {
  pair = makeNamespacePair('dnsf');
  netns = netnsInode(pair.left.name);
});

afterAll(() => pair?.remove());

beforeEach(async () => {
  server = await startDnsmasq({ netns: pair.right.name, listen: [pair.right.ip], port: 53, web });
});

afterEach(() => server.stop());

const ask = (name: string, flags: string[] = []) =>
  inNetns(pair.left.name, ['python3', 'test/live/dns_asker.py', pair.right.ip, '53', name, ...flags]);

describe('a server that does not answer', () => {
  let probe: RunningProbe;
  const timeouts = (name: string, count = 1) =>
    transactionsWhen(
      probe,
      netns,
      (all) => all.filter(({ question }) => question.name === name).length >= count,
    ).then((all) => all.filter(({ question }) => question.name === name));

  beforeAll(async () => {
    probe = await startProbe(['--dns-timeout-ms', '1000']);
  });

  afterAll(() => probe?.stop());

  it('is a timeout, which an error of a server is not', async () => {
    process.kill(server.pid, 'SIGSTOP');
    await dig(pair.left.name, [`@${pair.right.ip}`, '+tries=1', '+timeout=1', 'silent.shop.test']);
    process.kill(server.pid, 'SIGCONT');
    const [record] = await timeouts('silent.shop.test');
    expect(record).toMatchObject({
      outcome: 'timeout',
      server: { ip: pair.right.ip, port: 53 },
      process: { comm: 'dig' },
    });
    expect(record).not.toHaveProperty('rcode');
    expect(record).not.toHaveProperty('latencyUs');
    await dig(pair.left.name, [`@${pair.right.ip}`, 'elsewhere.example']);
    expect(await timeouts('elsewhere.example')).toMatchObject([{ outcome: 'answered', rcode: 'REFUSED' }]);
  });

  it('is one timeout when the same socket asks again, with the times that it did', async () => {
    process.kill(server.pid, 'SIGSTOP');
    expect(await ask('again.shop.test', ['--times', '3', '--wait', '0.1'])).toBe('0\n');
    expect(await timeouts('again.shop.test')).toMatchObject([{ outcome: 'timeout', retries: 2 }]);
  });

  it('and answers too late is told from one that does not', async () => {
    const lateBefore = (await probe.status()).dns?.lateAnswers ?? 0;
    process.kill(server.pid, 'SIGSTOP');
    const asking = ask('late.shop.test', ['--wait', '20']);
    expect(await timeouts('late.shop.test')).toMatchObject([{ outcome: 'timeout' }]);
    process.kill(server.pid, 'SIGCONT');
    expect(await asking).toBe('1\n');
    await poll(async () => ((await probe.status()).dns?.lateAnswers ?? 0) > lateBefore);
  });

  it('is not there', async () => {
    await server.stop();
    expect(await ask('gone.shop.test', ['--connect', '--wait', '0.5'])).toBe('0\n');
    expect(await timeouts('gone.shop.test')).toMatchObject([{ outcome: 'timeout' }]);
    server = await startDnsmasq({ netns: pair.right.name, listen: [pair.right.ip], port: 53, web });
  });

  it('and its statistics', async () => {
    const { dns, sources } = await probe.status();
    const sum = dns?.servers.find(({ name }) => name === `${pair.right.ip}:53`);
    const records = await transactions(probe, netns);
    expect(sum).toMatchObject({
      transactions: records.length,
      timeouts: records.filter(({ outcome }) => outcome === 'timeout').length,
      retries: 2,
    });
    expect(sources.find(({ name }) => name === 'dns')).toMatchObject({ state: 'on' });
  });
});

it('a ring that is full loses what it counts', async () => {
  const probe = await startProbe(['--dns-ring-bytes', '64KiB', '--dns-timeout-ms', '1000']);
  try {
    const names = Array.from({ length: 2000 }, (_, i) => `n${i}.shop.test`);
    process.kill(probe.pid, 'SIGSTOP');
    const { sent, completed } = await dnsperf(pair.left.name, { server: pair.right.ip, names });
    process.kill(probe.pid, 'SIGCONT');
    expect([sent, completed]).toEqual([2000, 2000]);
    let told = 0;
    await poll(async () => {
      const { dns, loss } = await probe.status();
      const sum = dns?.servers.find(({ name }) => name === `${pair.right.ip}:53`);
      const { transactions: ended = 0, timeouts = 0 } = sum ?? {};
      told = 2 * (ended - timeouts) + timeouts + (dns?.unmatchedAnswers ?? 0) + (loss.ringDns ?? 0);
      return dns?.pending === 0 && (loss.ringDns ?? 0) > 0 && told === 2 * 2000;
    }).catch((error) => {
      throw new Error(`${error.message}: ${told} of ${2 * 2000} messages`);
    });
  } finally {
    await probe.stop();
  }
});

describe('turned off', () => {
  it.each([
    ['by its option', ['--no-dns-enabled'], {}],
    ['by the name that the Datadog Agent knows', [], { DD_DISABLE_DNS_INSPECTION: 'true' }],
  ])('%s, nothing of it is loaded', async (_, flags, env) => {
    Object.assign(process.env, env);
    const probe = await startProbe(['--udp-hooks', 'off', ...flags]).finally(() => {
      for (const name of Object.keys(env)) delete process.env[name];
    });
    try {
      const { sources, dns } = await probe.status();
      expect(sources.find(({ name }) => name === 'dns')).toMatchObject({
        state: 'off',
        reason: 'turned off (dnsEnabled)',
        programs: [],
      });
      expect(dns).toBeUndefined();
      expect(programTypes(probe.pid)).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/^(8|18)$/)]),
      );
    } finally {
      await probe.stop();
    }
  });

  it('and on, it is', async () => {
    const probe = await startProbe(['--udp-hooks', 'off']);
    expect([...new Set(programTypes(probe.pid))]).toEqual(expect.arrayContaining(CGROUP_PROGRAMS));
    await probe.stop();
  });
});

/** Of the programs that a process holds, as numbers of enum bpf_prog_type. */
function programTypes(pid: number): string[] {
  return ofOpenFiles(pid, (fd) => readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8')).flatMap(
    (text) => /^prog_type:\s*(\d+)/m.exec(text)?.[1] ?? [],
  );
}
