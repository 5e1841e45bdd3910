import type { UdpHooks } from '../../src/probe/sources/udp-hooks.ts';
import { flowsOf, startDatagrams } from '../live/datagrams.ts';
import type { RunningProbe } from '../live/probe.ts';
import { type UdpCase, udpCases } from '../live/udp-cases.ts';
import { type CaseGroup, caseOf } from './group.ts';
import type { CaseReport, GuestReport } from './report.ts';

/** All ways to use UDP, counted by one choice of programs. */
export const udp = (hooks: UdpHooks): CaseGroup => ({
  name: `UDP by ${hooks === 'cgroup' ? 'cgroup_skb' : hooks}`,
  flags: ['--udp-hooks', hooks, '--update-interval-ms', '500'],
  unavailable: (report) => (hooks === 'cgroup' ? noCgroup(report) : noFentry(report)),
  async *run({ probe }) {
    for (const one of udpCases) yield await runCase(one, probe);
  },
});

function runCase({ what, name, options, unread = false }: UdpCase, probe: RunningProbe): Promise<CaseReport> {
  return caseOf(what, 1, async () => {
    const { conversations, end } = await startDatagrams(name, options);
    const compare = () => flowsOf(() => probe.flows('protocol=udp'), conversations);
    try {
      if (unread) await compare();
    } finally {
      await end();
    }
    if (!unread) await compare();
    return undefined;
  });
}

/** EPERM to root is a policy of the machine; what the kernel itself refuses is a failure. */
export function noFentry({ programs }: GuestReport): string | undefined {
  const ours = programs.filter(({ object }) => object === 'udp_trace');
  return ours.every(({ errorCode }) => errorCode === 'EPERM') ? 'fentry is not permitted' : undefined;
}

function noCgroup({ cgroups }: GuestReport): string | undefined {
  return cgroups === 'v1' ? 'no cgroup2 is mounted' : undefined;
}
