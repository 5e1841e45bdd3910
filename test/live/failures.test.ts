import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FlowRecord } from '../../src/wire/flow.ts';
import { exitOf, poll, type RunningProbe, startProbe } from './probe.ts';

const ENETUNREACH = 101;
const ETIMEDOUT = 110;
const EHOSTUNREACH = 113;

const namespace = `sp-failures-${process.pid}`;

let probe: RunningProbe;
let router: ChildProcess;

beforeAll(async () => {
  probe = await startProbe();
  execFileSync('ip', ['netns', 'add', namespace]);
  const inside = ['netns', 'exec', namespace];
  execFileSync('ip', [...inside, 'sysctl', '-qw', 'net.ipv4.tcp_syn_retries=1']);
  router = spawn('ip', [...inside, 'python3', 'test/live/refusing_router.py'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (router.stdout) await once(router.stdout, 'data');
});

afterAll(async () => {
  const ended = exitOf(router);
  router.kill();
  await ended;
  execFileSync('ip', ['netns', 'delete', namespace]);
  await probe.stop();
});

const connect = `
import socket, sys
sock = socket.socket()
sock.settimeout(float(sys.argv[2]))
try:
    sock.connect((sys.argv[1], 80))
except OSError as error:
    print(error.errno or "gave up")
`;

/** What the program was told, and the flow of its attempt. */
async function attempt(host: string, patience = 10) {
  const args = ['netns', 'exec', namespace, 'python3', '-c', connect, host, String(patience)];
  const told = (await promisify(execFile)('ip', args)).stdout.trim();
  const netns = Number(statSync(`/run/netns/${namespace}`).ino);
  let flows: FlowRecord[] = [];
  await poll(async () => {
    flows = await probe.flows(`ip=${host}&netns=${netns}&state=closed`);
    return flows.length > 0;
  });
  expect(flows).toHaveLength(1);
  return { told, flow: flows[0] };
}

describe('a connect that fails', () => {
  it.each([
    ['a host that the router cannot reach', '198.18.1.1', 'host_unreachable', EHOSTUNREACH],
    ['a network that the router forbids', '198.18.2.1', 'host_unreachable', EHOSTUNREACH],
    ['a network that the router does not know', '198.18.4.1', 'net_unreachable', ENETUNREACH],
    ['a host that does not answer', '198.18.3.1', 'timeout', ETIMEDOUT],
  ])('to %s has the error that the program got', async (_, host, failure, errno) => {
    const { told, flow } = await attempt(host);
    expect(told).toBe(String(errno));
    expect(flow).toMatchObject({ failure, errno, role: 'client', dest: { ip: host, port: 80 } });
    expect(flow).not.toHaveProperty('connectUs');
    if (failure === 'timeout') expect(flow?.retransmits).toBeGreaterThan(0);
  });

  it('because the program gave up is one without an error', async () => {
    const { told, flow } = await attempt('198.18.3.2', 0.3);
    expect(told).toBe('gave up');
    expect(flow).toMatchObject({ failure: 'other', state: 'closed' });
    expect(flow).not.toHaveProperty('errno');
  });

  it('is visible while it is still trying', async () => {
    const netns = Number(statSync(`/run/netns/${namespace}`).ino);
    const trying = attempt('198.18.3.3');
    await poll(async () => (await probe.flows(`ip=198.18.3.3&netns=${netns}&state=syn_sent`)).length === 1);
    expect((await trying).flow).toMatchObject({ failure: 'timeout' });
  });
});
