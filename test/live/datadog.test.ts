import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { datadogAgent, datadogProbe } from '../../src/lib/config/datadog.fixture.ts';
import { exitOf, poll } from './probe.ts';

const folder = mkdtempSync(join(tmpdir(), 'sysprobe-datadog-'));
const socket = join(folder, 'sysprobe.sock');
/** The manifest's own port may be taken on this machine. */
const HEALTH_PORT = '25555';

interface Program {
  child: ChildProcess;
  log: Record<string, unknown>[];
  text(): string;
}

let probe: Program;
let agent: Program;

function start(name: string, env: Record<string, string>): Program {
  const child = spawn(process.execPath, [`dist/${name}.js`], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  child.stderr?.on('data', (data) => {
    text += data;
  });
  return {
    child,
    text: () => text,
    get log() {
      return text
        .split('\n')
        .filter((line) => line.startsWith('{') && line.endsWith('}'))
        .map((line) => JSON.parse(line));
    },
  };
}

/** Names that are logged once with a message. */
function named({ log }: Program, message: string): unknown {
  const lines = log.filter(({ msg }) => msg === message);
  expect(lines).toHaveLength(1);
  return lines[0]?.names;
}

const WITHOUT_EFFECT = 'environment names without effect';

beforeAll(async () => {
  probe = start('system-probe', { ...datadogProbe, DD_SYSprobe_SOCKET: socket });
  await poll(() => probe.text().includes('"watching"'));
  agent = start('node-agent', {
    ...datadogAgent,
    DD_SYSPROBE_SOCKET: socket,
    DD_HEALTH_PORT: HEALTH_PORT,
    // Nothing listens on this port of loopback, as on a node whose kubelet is restarting.
    DD_KUBERNETES_KUBELET_HOST: '127.0.0.1',
    SYSPROBE_LISTEN_PORT: '0',
  });
  await poll(() => agent.text().includes('"serving"'));
});

afterAll(async () => {
  for (const program of [agent, probe]) {
    if (program === undefined) continue;
    const ended = exitOf(program.child);
    program.child.kill();
    await ended;
  }
  rmSync(folder, { recursive: true });
});

describe('with the environment of the Datadog Agent', () => {
  it('the probe serves the socket, in whatever case its name is, and names what it ignores', () => {
    expect(probe.log).toContainEqual(expect.objectContaining({ msg: 'watching', socket }));
    expect(named(probe, WITHOUT_EFFECT)).toEqual(['DD_API_KEY', 'DD_AGENT_HOST']);
    expect(named(probe, 'environment names that node-agent takes: set them on its container')).toEqual([
      'DD_TAGS',
      'DD_KUBERNETES_POD_LABELS_AS_TAGS',
    ]);
  });

  it('the agent reads the socket, answers on the health port, and names what it ignores', async () => {
    expect(agent.log).toContainEqual(expect.objectContaining({ msg: 'serving', socket }));
    await poll(async () => (await fetch(`http://127.0.0.1:${HEALTH_PORT}/health`)).ok);
    expect(named(agent, WITHOUT_EFFECT)).toEqual([
      'DD_API_KEY',
      'DD_AGENT_HOST',
      'DD_COLLECT_KUBERNETES_EVENTS',
      'DD_LEADER_ELECTION',
      'DD_APM_ENABLED',
      'DD_LOGS_CONFIG_CONTAINER_COLLECT_ALL',
      'DD_LOGS_CONFIG_USE_HTTP',
      'DD_LOGS_CONFIG_USE_COMPRESSION',
      'DD_LOGS_CONFIG_COMPRESSION_LEVEL',
      'DD_LOGS_ENABLED',
      'DD_TRACE_ANALYTICS_ENABLED',
    ]);
    expect(named(agent, 'environment names that system-probe takes: set them on its container')).toEqual([
      'DD_PROCESS_AGENT_ENABLED',
    ]);
  });

  it('neither logs the key', () => {
    for (const { text } of [probe, agent]) expect(text()).not.toContain(datadogAgent.DD_API_KEY);
  });
});
