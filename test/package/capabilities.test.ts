import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { packageRoot } from '../../src/lib/package-root.ts';
import type { FlowRecord } from '../../src/wire/flow.ts';
import type { Status } from '../../src/wire/status.ts';
import { poll } from '../live/probe.ts';
import { containerOf, readDeployment } from '../manifests/documents.ts';
import { OWN_PROFILE, type SecurityChange } from '../manifests/kubelet.ts';
import { TestNode } from '../manifests/node.ts';

const PORT = 18_777;
const DOCUMENT = join(packageRoot, 'docs/capabilities.md');
const deployment = readDeployment('manifests/install.yaml');
const wanted = containerOf(deployment.pod, 'system-probe').securityContext?.capabilities?.add ?? [];
/** Without CAP_SYS_ADMIN. */
const reduced = readDeployment('manifests/rendered/without-sys-admin.yaml');
const reducedNames = containerOf(reduced.pod, 'system-probe').securityContext?.capabilities?.add ?? [];

/** A connection that is older than every probe, of another user and in another network namespace, and newer ones. */
const traffic = `
import socket, time
server = socket.create_server(('127.0.0.1', ${PORT}))
client = socket.create_connection(('127.0.0.1', ${PORT}))
accepted, _ = server.accept()
print('ready', flush=True)
while True:
    short = socket.create_connection(('127.0.0.1', ${PORT}))
    server.accept()[0].close()
    short.close()
    time.sleep(0.5)
`;

let node: TestNode;
let talker: ChildProcess;

beforeAll(async () => {
  const user =
    'ip link set lo up && exec setpriv --reuid 1000 --regid 1000 --clear-groups /usr/bin/python3 -c "$0"';
  talker = spawn('unshare', ['--net', 'sh', '-c', user, traffic], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (talker.stdout) await once(talker.stdout, 'data');
  node = await TestNode.create();
}, 300_000);

afterAll(async () => {
  const ended = once(talker, 'exit');
  if (talker.kill()) await ended;
  await node?.close();
});

/** What a probe with these rights does, by the name that the document has for it; nothing when it does not start. */
async function observe(change: SecurityChange, from = deployment): Promise<Set<string>> {
  const pod = await node.pod(from, { change });
  const started = await node.start(pod, from, 'system-probe').catch((error: Error) => error);
  if (started instanceof Error) {
    expect(started.message).toMatch(/system-probe ended: .*may not load|system-probe ended: .*refused/s);
    return new Set();
  }
  const get = <T>(path: string) =>
    JSON.parse(
      execFileSync(
        'curl',
        ['-sS', '--unix-socket', join(pod.volume('socket'), 'sysprobe.sock'), `http://probe${path}`],
        {
          encoding: 'utf8',
          maxBuffer: 2 ** 26,
        },
      ),
    ) as T;
  const flows = () => get<{ flows: FlowRecord[] }>(`/v1/flows?port=${PORT}&all=true`).flows;
  await poll(() => flows().some(({ state }) => state === 'closed'));
  const seen = facts(get<Status>('/v1/status'), flows());
  await pod.stop(started.id);
  return new Set(Object.entries(seen).flatMap(([name, isSo]) => (isSo ? [name] : [])));
}

function facts({ sources }: Status, flows: readonly FlowRecord[]): Record<string, boolean> {
  const isOn = (name: string) => sources.some((source) => source.name === name && source.state !== 'off');
  const older = flows.filter(({ state }) => state === 'established');
  return {
    connections: isOn('tcp'),
    UDP: isOn('udp'),
    DNS: isOn('dns'),
    'containers as they come and go': isOn('cgroups'),
    'processes as they start and end': isOn('processes'),
    'connections that are older than the probe, in other network namespaces': older.length > 0,
    'the owners of connections that are older than the probe': older.some(
      ({ process }) => process?.pid !== undefined,
    ),
    "the executables of other users' processes": flows.some(({ process }) => process?.exe !== undefined),
    'the addresses behind NAT': isOn('nat'),
  };
}

const missing = (from: Set<string>, now: Set<string>) => [...from].filter((name) => !now.has(name));

it('each capability of the manifest is needed, and the document says for what', async () => {
  const all = await observe({});
  expect(all.size).toBe(9);
  const rows: string[] = [];
  for (const name of wanted) {
    const without = await observe({ capabilities: wanted.filter((each) => each !== name) });
    expect(missing(all, without)).not.toEqual([]);
    rows.push(
      row(`\`CAP_${name}\``, without.size === 0 ? 'it does not start' : missing(all, without).join('; ')),
    );
  }
  const stricter = await observe({ seccomp: OWN_PROFILE });
  expect(missing(all, stricter)).toEqual([]);
  const fewer = await observe({}, reduced);
  const names = reducedNames.map((name) => `\`CAP_${name}\``).join(', ');
  rows.push(
    row(
      `\`CAP_SYS_ADMIN\`, but with ${names} and the seccomp profile of sysprobe`,
      missing(all, fewer).join('; '),
    ),
  );
  await expect(document(rows)).toMatchFileSnapshot(DOCUMENT);
}, 600_000);

const row = (without: string, lost: string) => `| ${without} | ${lost} |`;

function document(rows: readonly string[]): string {
  return `# Capabilities of the probe

Written by \`npm run test:package -- -u\`, which runs the container of \`manifests/install.yaml\` once with all its capabilities and
once without each, and looks at what is lost. The kernel was of this machine; the seccomp profile is the container runtime's own.

| Without | Is lost |
| --- | --- |
${rows.join('\n')}

\`CAP_SYS_ADMIN\` includes \`CAP_BPF\` and \`CAP_PERFMON\`, so that the manifest does not name them. The default seccomp profiles of
runtimes allow \`bpf(2)\` to who has it. Without it they may not (podman's does not): use the profile in
\`manifests/profiles/system-probe.json\`, which allows the system calls that the probe makes and no others.

Linux 5.10 counts the memory of BPF maps as locked memory: there, give the probe \`CAP_SYS_RESOURCE\` too, or raise the limit.
`;
}
