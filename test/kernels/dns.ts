import { deepStrictEqual } from 'node:assert';
import { dig, inNetns, withResolver } from '../live/dns-clients.ts';
import { netnsInode, transactionsWhen, watch } from '../live/dns-records.ts';
import { type DnsServer, startDnsmasq } from '../live/dns-servers.ts';
import { STUB, startStub } from '../live/dns-stub.ts';
import { makeNamespacePair } from '../live/namespaces.ts';
import type { RunningProbe } from '../live/probe.ts';
import { type CaseGroup, caseOf } from './group.ts';
import type { CaseReport } from './report.ts';

const NAME = 'www.shop.test';
const web = { ip: '192.0.2.80', ip6: '2001:db8::80' };

/** Every way that a program reaches a server of names; each query in the server's log is a transaction. */
export const dns: CaseGroup = {
  name: 'DNS',
  flags: [],
  unavailable: ({ cgroups }) => (cgroups === 'v1' ? 'no cgroup2 is mounted' : undefined),
  async *run({ probe }) {
    const pair = makeNamespacePair('kdns');
    const { left, right } = pair;
    const servers: DnsServer[] = [];
    try {
      const listen = [right.ip, right.ip6];
      const remote = await startDnsmasq({ netns: right.name, listen, port: 53, web });
      servers.push(remote);
      const stub = await startStub(left.name, web);
      servers.push(stub);
      const asked = new Asked(probe, left.name);
      yield await asked.at(remote, 'dig, UDP', 'dig', () => dig(left.name, [`@${right.ip}`, NAME]));
      yield await asked.at(remote, 'dig, UDP over IPv6', 'dig', () =>
        dig(left.name, [`@${right.ip6}`, NAME]),
      );
      yield await asked.at(remote, 'dig, TCP', 'dig', () => dig(left.name, [`@${right.ip}`, '+tcp', NAME]));
      yield await asked.at(remote, 'dig, TCP over IPv6', 'dig', () =>
        dig(left.name, [`@${right.ip6}`, '+tcp', NAME]),
      );
      yield await asked.at(remote, 'glibc, two questions from one socket', 'getent', () =>
        withResolver(left.name, right.ip, ['getent', 'ahosts', NAME]),
      );
      for (const ip of [STUB.ip, STUB.ip6]) {
        yield await asked.at(stub, `a stub behind NAT, ${ip}`, 'python3', () => ask(left.name, ip));
        yield await asked.at(stub, `a stub behind NAT, ${ip}, connected`, 'python3', () =>
          ask(left.name, ip, '--connect'),
        );
      }
      yield await asked.unanswered(remote, right.ip);
    } finally {
      for (const server of servers) await server.stop();
      pair.remove();
    }
  },
};

const ask = (netns: string, server: string, ...flags: string[]) =>
  inNetns(netns, ['python3', 'test/live/dns_asker.py', server, '53', NAME, '--wait', '60', ...flags]);

class Asked {
  readonly #probe: RunningProbe;
  readonly #name: string;
  readonly #netns: number;

  constructor(probe: RunningProbe, name: string) {
    this.#probe = probe;
    this.#name = name;
    this.#netns = netnsInode(name);
  }

  at(server: DnsServer, name: string, comm: string, asks: () => Promise<unknown>): Promise<CaseReport> {
    return caseOf(name, 1, async () => {
      const compare = await watch(this.#probe, { netns: this.#netns, server, port: 53, tells: 'port' });
      await asks();
      for (const record of await compare()) {
        const { outcome, rcode, process } = record;
        deepStrictEqual(
          { outcome, rcode, comm: process?.comm },
          { outcome: 'answered', rcode: 'NOERROR', comm },
        );
      }
      return undefined;
    });
  }

  unanswered(server: DnsServer, ip: string): Promise<CaseReport> {
    return caseOf('a server that does not answer', 1, async () => {
      process.kill(server.pid, 'SIGSTOP');
      const silent = 'silent.shop.test';
      const flags = ['53', silent, '--times', '2', '--wait', '0.1'];
      await inNetns(this.#name, ['python3', 'test/live/dns_asker.py', ip, ...flags]);
      const ofSilent = ({ question }: { question: { name: string } }) => question.name === silent;
      const records = await transactionsWhen(this.#probe, this.#netns, (all) => all.some(ofSilent));
      const ours = records.filter(ofSilent).map(({ outcome, retries }) => ({ outcome, retries }));
      deepStrictEqual(ours, [{ outcome: 'timeout', retries: 1 }]);
      return undefined;
    });
  }
}
