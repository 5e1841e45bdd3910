import { deepStrictEqual, match, strictEqual } from 'node:assert';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { poll } from '../live/probe.ts';
import { traffic } from '../live/traffic.ts';
import { calls, endsOf, startPeers } from '../nat/calls.ts';
import { startNodeProbe } from '../nat/node-probe.ts';
import { makeTopology } from '../nat/topology.ts';
import { type CaseGroup, caseOf } from './group.ts';

/** What the kernel starts to load a module. */
const LOADER = '/proc/sys/kernel/modprobe';

/** Before any other group: once loaded, conntrack stays. */
export const noConntrack: CaseGroup = {
  name: 'Without conntrack',
  flags: [],
  unavailable: () =>
    existsSync('/proc/sys/net/netfilter/nf_conntrack_max') ? 'conntrack is loaded' : undefined,
  prepare() {
    const loader = readFileSync(LOADER, 'utf8');
    writeFileSync(LOADER, '/bin/false');
    return () => writeFileSync(LOADER, loader);
  },
  async *run({ probe }) {
    yield await caseOf('flows are exact, and the status tells why none is translated', 1, async () => {
      const { port, client } = await traffic('transfer', { sent: 1000, received: 2000 });
      await poll(async () => (await probe.flows(`port=${port}&state=closed`)).length === 2);
      for (const flow of await probe.flows(`port=${port}`)) {
        strictEqual(flow.translated, undefined);
        const ways = [flow.sent.bytes, flow.received.bytes];
        deepStrictEqual(flow.role === 'client' ? ways : ways.toReversed(), [client.sent, client.received]);
      }
      const { sources } = await probe.status();
      const { state, reason = '' } = sources.find(({ name }) => name === 'nat') ?? {};
      strictEqual(state, 'off');
      match(reason, /load the module nf_conntrack_netlink/);
      return undefined;
    });
  },
};

/** What a node does to the connections of its pods, which only its own table knows. */
export const nat: CaseGroup = {
  name: 'NAT',
  flags: [],
  async *run() {
    const topology = makeTopology();
    const peers = await startPeers(topology);
    const probe = await startNodeProbe(topology.node);
    try {
      for (const { what, family, make } of calls) {
        yield await caseOf(what, 1, async () => {
          const { port, flows } = await make(peers);
          deepStrictEqual((await probe.flowsFrom(port, family)).map(endsOf), flows);
          return undefined;
        });
      }
    } finally {
      await probe.stop();
      await peers.stop();
      topology.remove();
    }
  },
};
