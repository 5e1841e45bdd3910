import { deepStrictEqual, match, ok, strictEqual } from 'node:assert';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/lib/package-root.ts';
import type { FlowRecord } from '../../src/wire/flow.ts';
import { command } from '../containers/command.ts';
import { clientOf, poll, type RunningProbe } from '../live/probe.ts';
import { traffic } from '../live/traffic.ts';
import { dns } from './dns.ts';
import { type CaseGroup, caseOf, casesOf } from './group.ts';
import { processes } from './processes.ts';
import { shortLived } from './short-lived.ts';
import { tcp } from './tcp.ts';

const PROBE = 'sysprobe-probe.service';
const AGENT = 'sysprobe-agent.service';
const SOCKET = '/run/sysprobe/sysprobe.sock';
const PAGE = 'http://127.0.0.1:7676';
const HISTORY = '/var/lib/sysprobe';
const units = join(packageRoot, 'manifests/systemd');
/** The worst is 10; systemd itself calls what is below 5 protected well enough for most. */
const EXPOSURE = { [PROBE]: 4, [AGENT]: 2 };

const systemctl = (...args: string[]) => command('systemctl', args);

async function property(unit: string, name: string): Promise<string> {
  return systemctl('show', '--value', '--property', name, unit);
}

/** What docs/deploy.md tells to do on a host without Kubernetes, once the package is installed. */
async function install(): Promise<RunningProbe> {
  cpSync(join(units, 'sysusers.d'), '/etc/sysusers.d', { recursive: true });
  for (const name of [PROBE, AGENT]) cpSync(join(units, name), join('/etc/systemd/system', name));
  await command('systemd-sysusers', []);
  await systemctl('daemon-reload');
  await systemctl('enable', '--quiet', '--now', PROBE, AGENT);
  const client = clientOf(SOCKET);
  await poll(() => client.status().then(() => true, isDown));
  await poll(() => answer('/ready').then(({ status }) => status === 200, isDown));
  return {
    ...client,
    pid: Number(await property(PROBE, 'MainPID')),
    stderr: () => '',
    stop: async () => {
      await systemctl('stop', AGENT, PROBE);
      return Number(await property(PROBE, 'ExecMainStatus'));
    },
  };
}

const isDown = () => false;

const answer = (path: string) => fetch(`${PAGE}${path}`);

const agentFlows = async (port: number): Promise<FlowRecord[]> => {
  const { flows } = (await (await answer(`/api/v1/flows?port=${port}&all=true`)).json()) as {
    flows: FlowRecord[];
  };
  return flows;
};

/** The package and the units on a Debian with systemd, with the cases of other groups. */
export const systemd: CaseGroup = {
  name: 'Units of systemd',
  flags: [],
  byNameAlone: true,
  lossCompared: shortLived.lossCompared ?? [],
  start: install,
  async *run(context) {
    yield* casesOf([tcp, shortLived, dns, processes], context);
    for (const [name, compare] of Object.entries(cases)) yield await caseOf(name, 1, compare);
  },
};

const cases: Record<string, () => Promise<string | undefined>> = {
  'the probe is started before the agent, and both are at the next boot': async () => {
    strictEqual(await systemctl('is-active', PROBE, AGENT), 'active\nactive');
    strictEqual(await systemctl('is-enabled', PROBE, AGENT), 'enabled\nenabled');
    const startOf = async (unit: string) => Number(await property(unit, 'ExecMainStartTimestampMonotonic'));
    ok((await startOf(PROBE)) < (await startOf(AGENT)));
    return undefined;
  },
  'the API has the same bytes, and there is the page': async () => {
    const { port, client, server } = await traffic('transfer', { sent: 1_000_003, received: 2_000_001 });
    const closed = async () => (await agentFlows(port)).filter(({ state }) => state === 'closed');
    await poll(async () => (await closed()).length === 2);
    const sides = (await closed()).map(({ role, sent, received }) => [role, sent.bytes, received.bytes]);
    deepStrictEqual(sides.sort(), [
      ['client', client.sent, client.received],
      ['server', server.sent, server.received],
    ]);
    match(await (await answer('/')).text(), /<!doctype html>/i);
    return undefined;
  },
  'who is of the group may ask the probe, and nobody else': async () => {
    const { mode, uid, gid } = statSync(SOCKET);
    const group = Number((await command('getent', ['group', 'sysprobe'])).split(':')[2]);
    deepStrictEqual({ mode: mode & 0o777, uid, gid }, { mode: 0o660, uid: 0, gid: group });
    const ask = (groups: string) =>
      command('setpriv', ['--reuid=1000', '--regid=1000', groups, 'sysprobe', 'status']);
    match(await ask(`--groups=${group}`), /tcp/);
    await ask('--clear-groups').then(
      () => ok(false, 'another user was answered'),
      (error: Error) => match(error.message, /no permission|EACCES/),
    );
    return undefined;
  },
  'the probe is confined': () => confined(PROBE, { capabilities: '281004', network: 'own' }),
  'the agent is confined': () => confined(AGENT, { capabilities: '0', network: 'host' }),
  'the probe comes back after a crash, and the agent goes on': async () => {
    const [before, agent] = [await property(PROBE, 'MainPID'), await property(AGENT, 'MainPID')];
    await systemctl('kill', '--signal=KILL', PROBE);
    await poll(async () => !['0', before].includes(await property(PROBE, 'MainPID')));
    strictEqual(await property(PROBE, 'NRestarts'), '1');
    await seesTraffic();
    strictEqual(await property(AGENT, 'MainPID'), agent);
    return undefined;
  },
  'the agent comes back after a crash': async () => {
    const before = await property(AGENT, 'MainPID');
    await systemctl('kill', '--signal=KILL', AGENT);
    await poll(async () => !['0', before].includes(await property(AGENT, 'MainPID')));
    await seesTraffic();
    return undefined;
  },
  'both take their options from a file, and the history stays': async () => {
    writeFileSync('/etc/sysprobe.yaml', `historyFolder: ${HISTORY}\nlogLevel: debug\n`);
    for (const unit of [PROBE, AGENT]) {
      mkdirSync(`/etc/systemd/system/${unit}.d`);
      const text = '[Service]\nEnvironment=SYSPROBE_CONFIG=/etc/sysprobe.yaml\n';
      writeFileSync(`/etc/systemd/system/${unit}.d/config.conf`, text);
    }
    await systemctl('daemon-reload');
    await systemctl('restart', PROBE, AGENT);
    await seesTraffic();
    await systemctl('stop', AGENT);
    ok(readdirSync(HISTORY).length > 0);
    return undefined;
  },
  'both stop clean, and start again': async () => {
    await systemctl('stop', AGENT, PROBE);
    for (const unit of [AGENT, PROBE]) {
      strictEqual(await property(unit, 'Result'), 'success');
      strictEqual(await property(unit, 'ExecMainStatus'), '0');
    }
    strictEqual(existsSync(SOCKET), false);
    await systemctl('start', AGENT);
    await seesTraffic();
    return undefined;
  },
};

/** A new connection reaches the agent by way of the probe. */
async function seesTraffic(): Promise<void> {
  await poll(async () => {
    const { port } = await traffic('transfer', { sent: 1000, received: 2000 });
    const seen = async () => (await agentFlows(port)).some(({ state }) => state === 'closed');
    return poll(seen, 2000).then(() => true, isDown);
  });
}

async function confined(
  unit: keyof typeof EXPOSURE,
  { capabilities, network }: { capabilities: string; network: 'own' | 'host' },
): Promise<string> {
  const pid = await property(unit, 'MainPID');
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string) => new RegExp(`^${name}:\\s*(\\S+)$`, 'm').exec(status)?.[1];
  const all = ['CapEff', 'CapBnd'].map((name) => BigInt(`0x${field(name)}`).toString(16));
  deepStrictEqual(all, [capabilities, capabilities]);
  deepStrictEqual([field('NoNewPrivs'), field('Seccomp')], ['1', '2']);
  const netns = (process: string) => statSync(`/proc/${process}/ns/net`).ino;
  strictEqual(netns(pid) === netns('1') ? 'host' : 'own', network);
  const writes = ['/usr', '/etc', '/var', '/sys/fs/cgroup', '/proc/sys/kernel/hostname'];
  deepStrictEqual(
    await Promise.all(writes.map((path) => isWritable(pid, path))),
    writes.map(() => false),
  );
  deepStrictEqual(readdirSync(`/proc/${pid}/root/root`), []);
  const figure = await exposure(unit);
  ok(figure <= EXPOSURE[unit], `systemd-analyze security says ${figure}`);
  return `${unit}: systemd-analyze security says ${figure} of 10`;
}

/** In the mounts of the process, to a root that may write everywhere. */
function isWritable(pid: string, path: string): Promise<boolean> {
  return command('nsenter', ['--target', pid, '--mount', 'test', '-w', path]).then(() => true, isDown);
}

async function exposure(unit: string): Promise<number> {
  const text = await command('systemd-analyze', ['security', '--no-pager', unit]);
  return Number(/Overall exposure level for \S+ (\d+\.\d+)/.exec(text)?.[1]);
}
