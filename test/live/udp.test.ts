import { execFileSync } from 'node:child_process';
import { mkdirSync, rmdirSync, statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FlowRecord } from '../../src/wire/flow.ts';
import { type Conversation, datagrams, flowsOf, startDatagrams } from './datagrams.ts';
import { makeNamespacePair, type NamespacePair } from './namespaces.ts';
import { type FlowEvent, poll, type RunningProbe, startProbe } from './probe.ts';
import { type UdpCase, udpCases } from './udp-cases.ts';

const FAST = ['--update-interval-ms', '200'];

let probe: RunningProbe;

beforeAll(async () => {
  probe = await startProbe(FAST);
});

afterAll(() => probe.stop());

const exact = (conversations: Conversation[]) => flowsOf(() => probe.flows('protocol=udp'), conversations);

/** Gives `use` what the programs say, while they hold their sockets. */
async function whileOpen(
  name: string,
  options: Record<string, string | number>,
  use: (conversations: Conversation[]) => Promise<unknown>,
): Promise<void> {
  const { conversations, end } = await startDatagrams(name, options);
  try {
    await use(conversations);
  } finally {
    await end();
  }
}

describe('UDP conversations over loopback are exact on both sides', () => {
  it.each([
    ...udpCases,
    { what: '200,000 datagrams', name: 'connected', options: { packets: 200_000, size: 100, every: 100 } },
  ])('$what', async ({ name, options, unread = false }: UdpCase) => {
    const check = async (conversations: Conversation[]) => {
      const flows = await exact(conversations);
      const family = 'host' in options ? 'ipv6' : 'ipv4';
      for (const flow of flows) expect(flow).toMatchObject({ protocol: 'udp', family, direction: 'local' });
      expect(new Set(flows.map(({ id }) => id)).size).toBe(conversations.length);
      const lost = conversations.some((one) => one.lost > 0);
      expect(lost).toBe(unread);
    };
    if (unread) await whileOpen(name, options, check);
    else await check(await datagrams(name, options));
  });
});

describe('a UDP conversation', () => {
  it('has its owner, cgroup and times on each side', async () => {
    const root = statSync('/sys/fs/cgroup/cgroup.procs', { throwIfNoEntry: false })
      ? '/sys/fs/cgroup'
      : '/sys/fs/cgroup/unified';
    const folder = `${root}/sysprobe-udp-${process.pid}`;
    mkdirSync(folder);
    const before = Date.now();
    try {
      await whileOpen('connected', { 'cgroup-server': folder }, async (conversations) => {
        const flows = await exact(conversations);
        const server = flows.find(({ role }) => role === 'server');
        const client = flows.find(({ role }) => role === 'client');
        const id = Number(statSync(folder).ino);
        expect(server?.cgroup).toEqual({ id, path: `/sysprobe-udp-${process.pid}` });
        expect(client?.cgroup?.id).not.toBe(id);
        expect(client).toMatchObject({ state: 'established', process: { comm: 'python3' } });
        expect(client?.process?.exe).toMatch(/python3/);
        expect(Date.parse(client?.openedAt ?? '')).toBeGreaterThanOrEqual(before - 5);
        expect(Date.parse(client?.lastSeenAt ?? '')).toBeGreaterThan(Date.parse(client?.openedAt ?? ''));
        expect(client).not.toHaveProperty('retransmits');
        expect(client).not.toHaveProperty('closedAt');
      });
    } finally {
      rmdirSync(folder);
    }
  });

  it('that only receives has the process that holds the socket', async () => {
    await whileOpen('connected', { packets: 20, every: 1000 }, async (conversations) => {
      const flows = await exact(conversations);
      expect(flows.find(({ role }) => role === 'server')).toMatchObject({
        process: { pid: conversations.find(({ role }) => role === 'server')?.pid, comm: 'python3' },
        sent: { packets: 0 },
      });
    });
  });
});

describe('UDP between two network namespaces', () => {
  let pair: NamespacePair;

  beforeAll(() => {
    pair = makeNamespacePair('udp');
  });

  afterAll(() => pair.remove());

  const nft = (name: string, ...rules: string[]) =>
    execFileSync('ip', ['netns', 'exec', name, 'nft', rules.join('; ')], { stdio: 'pipe' });
  const between = () => ({ 'netns-client': pair.left.name, 'netns-server': pair.right.name });

  it.each(['ip', 'ip6'] as const)('is exact on both sides, local to the node (%s)', async (family) => {
    for (const name of ['connected', 'segmented', 'large']) {
      const flows = await exact(await datagrams(name, { ...between(), host: pair.right[family] }));
      for (const flow of flows) expect(flow.direction).toBe('local');
    }
  });

  it.each([
    ['a multicast group', () => '239.12.34.56'],
    ['the broadcast address', () => pair.right.ip.replace(/\.\d+$/, '.255')],
  ])('to %s is exact on both sides', async (_, to) => {
    execFileSync('ip', ['-n', pair.left.name, 'route', 'replace', 'default', 'via', pair.right.ip]);
    execFileSync('ip', ['-n', pair.right.name, 'route', 'replace', 'default', 'via', pair.left.ip]);
    await whileOpen('group', { ...between(), host: pair.right.ip, to: to(), every: 1000 }, exact);
  });

  it.each(['ip', 'ip6'] as const)('counts only what the firewall lets out (%s)', async (family) => {
    const rule = 'add rule inet half output meta l4proto udp numgen random mod 100 < 50 drop';
    nft(
      pair.left.name,
      'add table inet half',
      'add chain inet half output { type filter hook output priority 0; }',
      rule,
    );
    try {
      await exact(await datagrams('filtered', { ...between(), host: pair.right[family], packets: 200 }));
    } finally {
      nft(pair.left.name, 'delete table inet half');
    }
  });

  it.each(['connected', 'unconnected'])(
    'keeps the ends that the %s socket knows through NAT',
    async (name) => {
      const service = '10.96.0.10';
      execFileSync('ip', ['-n', pair.left.name, 'route', 'replace', 'default', 'via', pair.right.ip]);
      nft(
        pair.left.name,
        'add table ip service',
        'add chain ip service output { type nat hook output priority -100; }',
        `add rule ip service output ip daddr ${service} dnat to ${pair.right.ip}`,
        'add chain ip service postrouting { type nat hook postrouting priority 100; }',
        'add rule ip service postrouting meta l4proto udp masquerade',
      );
      try {
        const options = { ...between(), host: pair.right.ip, to: service };
        const conversations = await datagrams(name, options);
        const client = conversations.filter(({ role }) => role === 'client');
        for (const { dest } of client) expect(dest[0]).toBe(service);
        await exact(client);
      } finally {
        nft(pair.left.name, 'delete table ip service');
      }
    },
  );
});

describe('the limits of UDP', () => {
  it('a conversation closes with its final numbers when it is idle, and goes on as another', async () => {
    const quick = await startProbe([...FAST, '--udp-idle-ms', '1000']);
    try {
      const stream = await quick.follow();
      const conversations = await datagrams('resumed');
      const flows = await flowsOf(() => quick.flows('protocol=udp&state=closed'), conversations);
      expect(flows).toHaveLength(4);
      const closedOf =
        ({ id }: FlowRecord) =>
        (event: FlowEvent) =>
          event.type === 'flow.closed' && event.id === id;
      await stream.until((events) => flows.every((flow) => events.some(closedOf(flow))));
      for (const flow of flows) {
        expect(flow.closedAt).toBe(flow.lastSeenAt);
        expect(flow.durationNs).toBeGreaterThan(0);
        expect(flow).not.toHaveProperty('failure');
        const events = stream.events.filter(({ id }) => id === flow.id).map(({ type }) => type);
        expect([events[0], events.at(-1)]).toEqual(['flow.opened', 'flow.closed']);
        expect(stream.events.filter(closedOf(flow))).toHaveLength(1);
      }
      stream.stop();
    } finally {
      await quick.stop();
    }
  });

  it('what a full table has no room for is counted to the last datagram', async () => {
    const [small, large] = await Promise.all([
      startProbe([...FAST, '--max-flows', '16', '--max-closed', '65536', '--udp-idle-ms', '1000']),
      startProbe(FAST),
    ]);
    try {
      const ours = await datagrams('sockets', { packets: 500 });
      await flowsOf(() => large.flows('protocol=udp'), ours);
      const ports = new Set(ours.map(({ source }) => source[1]));
      const packetsOf = (flows: Pick<Conversation, 'sent' | 'received'>[]) =>
        flows.reduce((total, { sent, received }) => total + sent.packets + received.packets, 0);
      const isOurs = ({ netns, source }: FlowRecord) => netns === ours[0]?.netns && ports.has(source.port);
      let full = 0;
      let counted = 0;
      await poll(async () => {
        full = (await small.status()).loss.udpTableFull ?? 0;
        counted = full + packetsOf((await small.flows('protocol=udp')).filter(isOurs));
        return counted >= packetsOf(ours);
      });
      const others = packetsOf((await large.flows('protocol=udp')).filter((flow) => !isOurs(flow)));
      expect(full).toBeGreaterThan(0);
      expect(counted).toBeLessThanOrEqual(packetsOf(ours) + others);
    } finally {
      await Promise.all([small.stop(), large.stop()]);
    }
  });
});
