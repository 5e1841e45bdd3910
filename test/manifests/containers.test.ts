import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FlowRecord } from '../../src/wire/flow.ts';
import { command } from '../containers/command.ts';
import type { Container } from '../containers/podman.ts';
import { KubernetesNode } from '../cri/kubernetes-node.ts';
import { poll } from '../live/probe.ts';
import { CriPod } from './cri-pod.ts';
import { containerOf, readDeployment, readJob } from './documents.ts';
import type { KubeletPod } from './kubelet.ts';
import { type Running, TestNode } from './node.ts';

const PORT = 8080;
const AGENT = ['--server', 'http://127.0.0.1:7676'];
const deployment = readDeployment('manifests/install.yaml');
const probeSpec = containerOf(deployment.pod, 'system-probe');

/** Bits of linux/capability.h. */
const CAPABILITIES: Record<string, bigint> = {
  DAC_READ_SEARCH: 2n,
  NET_ADMIN: 12n,
  SYS_PTRACE: 19n,
  SYS_ADMIN: 21n,
  PERFMON: 38n,
  BPF: 39n,
};

let node: TestNode;
let pod: KubeletPod;
let probe: Running;
let agent: Running;
let server: Container;
let client: Container;

beforeAll(async () => {
  node = await TestNode.create();
  const { podman } = node;
  server = await podman.runContainer({
    command: ['sh', '-c', `mkdir /www && echo answer > /www/index.html && exec httpd -f -p ${PORT} -h /www`],
    network: 'bridge',
  });
  client = await podman.runContainer({ command: ['sleep', '600'], network: 'bridge' });
  pod = await node.pod(deployment);
  probe = await node.start(pod, deployment, 'system-probe');
  agent = await node.start(pod, deployment, 'node-agent');
}, 300_000);

afterAll(() => node?.close());

const statusOf = ({ pid }: Running) =>
  Object.fromEntries(
    readFileSync(`/proc/${pid}/status`, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/:\s*/, 2)),
  );

/** Of the server's port, as an agent answers in the network of its pod. */
async function flowsOf({ pid }: Running, query: string): Promise<FlowRecord[]> {
  const url = `http://127.0.0.1:7676/api/v1/flows?port=${PORT}&all=true&${query}`;
  const answer = await command('nsenter', ['--target', `${pid}`, '--net', 'curl', '-sS', url]);
  return JSON.parse(answer).flows;
}

describe('the containers of manifests/install.yaml', () => {
  it('give the probe the capabilities of the manifest and no other', () => {
    const held = (probeSpec.securityContext?.capabilities?.add ?? []).map(
      (name) => 1n << (CAPABILITIES[name] ?? 0n),
    );
    const expected = held
      .reduce((sum, bit) => sum | bit, 0n)
      .toString(16)
      .padStart(16, '0');
    expect(statusOf(probe)).toMatchObject({
      CapEff: expected,
      CapBnd: expected,
      NoNewPrivs: '1',
      Seccomp: '2',
    });
  });

  it('give the agent no right at all', () => {
    const none = '0000000000000000';
    const status = statusOf(agent);
    expect(status).toMatchObject({ CapEff: none, CapPrm: none, CapBnd: none, NoNewPrivs: '1', Seccomp: '2' });
    expect(status.Uid).toMatch(/^65534\t65534\t65534\t65534$/);
  });

  it('make the socket usable by the group of the agent and no other', () => {
    const { mode, uid, gid } = statSync(join(pod.volume('socket'), 'sysprobe.sock'));
    expect({ mode: mode & 0o777, uid, gid }).toEqual({ mode: 0o660, uid: 0, gid: 65_534 });
  });

  it('let neither program write, also not the agent beside the socket', async () => {
    const write = (id: string, path: string) =>
      node.podman.call(['exec', id, 'node', '-e', `require('fs').writeFileSync('${path}', '')`]).then(
        () => 'written',
        (error: Error) => /E[A-Z]+/.exec(error.message.split('Error: ')[1] ?? '')?.[0],
      );
    expect(await write(probe.id, '/opt/sysprobe/x')).toBe('EROFS');
    expect(await write(probe.id, '/host/proc/sys/kernel/hostname')).toBe('EROFS');
    expect(await write(agent.id, '/opt/sysprobe/x')).toBe('EROFS');
    expect(await write(agent.id, '/var/run/sysprobe/x')).toBe('EROFS');
  });

  it('hold the licence of all that is in the image, and name it in one list', async () => {
    const script = `
      const { readdirSync, readFileSync } = require('fs');
      const { packages, relationships } = JSON.parse(readFileSync('/opt/sysprobe/sbom.spdx.json', 'utf8'));
      const folder = '/usr/share/doc';
      const texts = readdirSync(folder).map((name) => [name, readFileSync(folder + '/' + name + '/copyright').length > 500]);
      console.log(JSON.stringify({ packages, relationships, texts: Object.fromEntries(texts), node: process.version }));`;
    const held = JSON.parse(await node.podman.call(['exec', agent.id, 'node', '-e', script]));
    const licences = Object.fromEntries(
      held.packages.map((each: Record<string, string>) => [each.name, each.licenseDeclared]),
    );
    expect(licences).toMatchObject({
      sysprobe: 'Apache-2.0',
      preact: 'MIT',
      hono: 'MIT',
      libbpf: 'LGPL-2.1-only OR BSD-2-Clause',
      node: 'MIT',
      libc6: 'LGPL-2.1-or-later',
    });
    expect(held.packages).toContainEqual(
      expect.objectContaining({ name: 'node', versionInfo: held.node.slice(1) }),
    );
    expect(held.relationships).toHaveLength(held.packages.length);
    expect(held.texts).toEqual({ libc6: true, 'libgcc-s1': true, 'libstdc++6': true, node: true });
  });

  it('show the flows of other containers, named on both sides', async () => {
    const ask = `wget -q -O - http://${server.ip}:${PORT}/`;
    expect(await node.podman.exec(client, ['sh', '-c', ask])).toBe('answer');
    let flows: FlowRecord[] = [];
    await poll(async () => {
      flows = await flowsOf(agent, `state=closed&container=${client.id}&container=${server.id}`);
      return flows.length >= 2;
    }, 60_000);
    const sides = flows.map(({ role, container, process }) => ({
      role,
      id: container?.id,
      comm: process?.comm,
    }));
    expect(sides).toContainEqual({ role: 'client', id: client.id, comm: 'wget' });
    expect(sides).toContainEqual({ role: 'server', id: server.id, comm: 'httpd' });
    expect(sides).toHaveLength(2);
  });

  it('answer to what the kubelet asks', async () => {
    const [program = '', ...args] = probeSpec.livenessProbe?.exec?.command ?? [];
    await node.podman.call(['exec', probe.id, program, ...args]);
    for (const kind of ['livenessProbe', 'readinessProbe'] as const) {
      const path = containerOf(deployment.pod, 'node-agent')[kind]?.httpGet?.path;
      const script = `fetch('http://127.0.0.1:5555${path}').then((answer) => console.log(answer.status))`;
      expect(await node.podman.call(['exec', agent.id, 'node', '-e', script])).toBe('200');
    }
  });
});

/** The client's ports of the connections of a container that an agent has seen to their end. */
async function portsSeenBy(agent: Running, { id }: Container): Promise<Set<number>> {
  const flows = await flowsOf(agent, `from-container=${id}&state=closed`);
  return new Set(flows.filter(({ role }) => role === 'client').map(({ source }) => source.port));
}

describe('a rolling update, in which the new pod comes before the old one goes', () => {
  it('misses no connection', async () => {
    const ask = `wget -q -O /dev/null http://${server.ip}:${PORT}/ && echo >> /tmp/made`;
    const talker = await node.podman.runContainer({
      command: ['sh', '-c', `while [ ! -e /tmp/stop ]; do ${ask}; usleep 50000; done; exec sleep 600`],
      network: 'bridge',
    });
    const update = await node.pod(deployment);
    await node.start(update, deployment, 'system-probe');
    const nextAgent = await node.start(update, deployment, 'node-agent');
    await poll(async () => (await portsSeenBy(nextAgent, talker)).size > 0);
    const seenByOld = await portsSeenBy(agent, talker);
    await pod.stop(agent.id);
    await pod.stop(probe.id);
    const meanwhile = await portsSeenBy(nextAgent, talker);
    await poll(async () => (await portsSeenBy(nextAgent, talker)).size > meanwhile.size);
    await node.podman.exec(talker, ['touch', '/tmp/stop']);
    await poll(() =>
      node.podman.exec(talker, ['pidof', 'sleep']).then(
        () => true,
        () => false,
      ),
    );
    const made = Number(await node.podman.exec(talker, ['sh', '-c', 'wc -l < /tmp/made']));
    const seen = async () => new Set([...seenByOld, ...(await portsSeenBy(nextAgent, talker))]);
    await poll(async () => (await seen()).size >= made);
    expect((await seen()).size).toBe(made);
  });
});

describe('a probe that is killed and started again beside its agent', () => {
  it('knows again what is open, and the agent goes on, with each connection once', async () => {
    const open = await node.podman.runContainer({
      command: ['sh', '-c', `sleep 600 | nc ${server.ip} ${PORT}`],
      network: 'bridge',
    });
    const update = await node.pod(deployment);
    const first = await node.start(update, deployment, 'system-probe');
    const agent = await node.start(update, deployment, 'node-agent');
    const openFlows = () => flowsOf(agent, `from-container=${open.id}&state=active&direction=outgoing`);
    await poll(async () => (await openFlows()).length === 1);
    const [known] = await openFlows();
    await update.kill(first.id);
    await node.start(update, deployment, 'system-probe');
    const ask = `wget -q -O /dev/null http://${server.ip}:${PORT}/`;
    await node.podman.exec(open, ['sh', '-c', `${ask}; ${ask}`]);
    await poll(async () => (await portsSeenBy(agent, open)).size === 2);
    expect((await openFlows()).map(({ source }) => source)).toEqual([known?.source]);
  });
});

it('the Job of manifests/check-job.yaml finds that this machine can run the probe', async () => {
  const { deployment: job, container } = readJob('manifests/check-job.yaml');
  const output = await (await node.pod(job)).runToEnd(container);
  expect(output).toMatch(/system-probe can run on this machine/);
});

describe('the overlay "exposed"', () => {
  const token = 'a-token-that-only-this-test-knows';
  const exposed = readDeployment('manifests/rendered/exposed.yaml');

  it('answers to other pods that have the token, and to its own command line', async () => {
    const open = await node.pod(exposed, { secret: { token } });
    await node.start(open, exposed, 'system-probe');
    const agent = await node.start(open, exposed, 'node-agent');
    const ask = (header: string) =>
      node.podman.exec(client, ['wget', '-q', '-O', '-', header, `http://${open.ip}:7676/api/v1/status`]);
    await poll(() =>
      ask(`--header=Authorization: Bearer ${token}`).then(
        () => true,
        () => false,
      ),
    );
    await expect(ask('--header=Authorization: Bearer another')).rejects.toThrow(/401/);
    await expect(ask('--header=Accept: */*')).rejects.toThrow(/401/);
    expect(await agent.sysprobe('status', ...AGENT)).toContain('node-agent');
    expect(await agent.log()).not.toContain(token);
  });
});

describe('as a pod of containerd, with the seccomp profile of containerd', () => {
  let cri: KubernetesNode;

  beforeAll(async () => {
    cri = await KubernetesNode.create();
    await cri.importImages(await node.saveImage());
  });

  afterAll(() => cri?.close());

  it('the probe has everything on, and the agent shows the flows of other containers', async () => {
    const { image } = node;
    const criPod = await CriPod.create(cri, { deployment, image, folder: node.folder() });
    const probeId = await criPod.start(probeSpec);
    const isOn = async () => JSON.parse(await cri.exec(probeId, ['sysprobe', 'status', '-o', 'json']));
    await poll(() =>
      isOn().then(
        () => true,
        () => false,
      ),
    );
    const off = (await isOn()).sources.filter(({ state }: { state: string }) => state === 'off');
    // This machine has no socket of a runtime in the pod, as the manifest wants it.
    expect(off.map(({ name }: { name: string }) => name)).toEqual(['runtime']);
    const agentId = await criPod.start(containerOf(deployment.pod, 'node-agent'));
    await poll(() =>
      cri.exec(agentId, ['sysprobe', 'status', ...AGENT]).then(
        (text) => text.includes('node-agent'),
        () => false,
      ),
    );
    await node.podman.exec(client, ['wget', '-q', '-O', '/dev/null', `http://${server.ip}:${PORT}/`]);
    const ask = [
      'sysprobe',
      'flows',
      ...AGENT,
      '--from-container',
      client.id,
      '--to-port',
      `${PORT}`,
      '-o',
      'json',
    ];
    await poll(() =>
      cri.exec(agentId, ask).then(
        (text) => text.includes('"state":"closed"'),
        () => false,
      ),
    );
  });
});
