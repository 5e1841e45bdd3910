import type { FlowRecord } from '../../src/wire/flow.ts';
import type { Status } from '../../src/wire/status.ts';
import { poll, type RunningProbe } from '../live/probe.ts';
import { type Traffic, traffic } from '../live/traffic.ts';
import { type CaseGroup, caseOf } from './group.ts';
import { noFentry } from './udp.ts';

const BYTES = 64 * 1024 * 1024;
/** Of both sockets and the listener, from CLOSE to CLOSE; each of the two programs is run for every one. */
const STATE_CHANGES = 12;
/** What is about packets. Not the program of the snapshot, which is run by the probe and by no packet. */
const SOURCES = ['tcp', 'udp', 'dns'];
const SNAPSHOT = 'tcp_snapshot';

/** With fentry, no packet of a TCP connection meets a program; DNS, which has to look at all of them, is off. */
export const tcpData: CaseGroup = {
  name: 'No program runs for TCP data',
  flags: ['--udp-hooks', 'fentry', '--no-dns-enabled', '--run-stats'],
  unavailable: noFentry,
  async *run({ probe }) {
    yield await caseOf('bulk transfer, by the run counts of all programs', 1, async () => {
      const before = runsOf(await probe.status());
      const done = await traffic('transfer', { sent: BYTES, received: 0 });
      const after = runsOf(await probe.status());
      const runs = [...after].map(([name, count]) => ({ name, count: count - (before.get(name) ?? 0) }));
      const packets = await packetsOf(probe, done);
      for (const { name, count } of runs) {
        const most = name.startsWith('tcp_') ? STATE_CHANGES : 0;
        if (count > most) throw new Error(`${name} ran ${count} times for ${packets} packets, not ${most}`);
      }
      if (!runs.some(({ count }) => count > 0)) throw new Error('no program ran at all');
      if (packets < BYTES / 65_536) throw new Error(`the transfer took only ${packets} packets`);
      return `${packets} packets: ${runs.map(({ name, count }) => `${name} ${count}`).join(', ')}`;
    });
  },
};

function runsOf({ sources }: Status): Map<string, number> {
  const programs = sources.filter(({ name }) => SOURCES.includes(name)).flatMap((source) => source.programs);
  return new Map(programs.flatMap(({ name, runCount }) => (name === SNAPSHOT ? [] : [[name, runCount]])));
}

/** That both sockets sent and received. */
async function packetsOf(probe: RunningProbe, { port }: Traffic): Promise<number> {
  let flows: FlowRecord[] = [];
  await poll(async () => {
    flows = await probe.flows(`port=${port}&protocol=tcp&state=closed`);
    return flows.length === 2;
  });
  return flows.reduce((sum, { sent, received }) => sum + sent.packets + received.packets, 0);
}
