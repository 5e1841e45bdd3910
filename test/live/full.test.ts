import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { FlowRecord } from '../../src/wire/flow.ts';
import { command } from '../containers/command.ts';
import { poll, type RunningProbe, startProbe } from './probe.ts';
import { type Traffic, traffic } from './traffic.ts';

const CONNECTIONS = 300;
const LISTENERS = 17_000;
const MAX_LISTENERS = 16_384;

let probe: RunningProbe | undefined;

afterEach(async () => {
  await probe?.stop();
  probe = undefined;
});

describe('more connections at once than the tables hold', () => {
  it('all close once with their exact bytes, and what made room is counted', async () => {
    probe = await startProbe(['--max-flows', '16', '--max-closed', '16']);
    const stream = await probe.follow();
    const flags = ['--namespaces', '1', '--connections', String(CONNECTIONS)];
    const [room]: (Traffic & { netns: number })[] = JSON.parse(
      await command('python3', ['test/live/crowd.py', ...flags]),
    );
    const closed = () =>
      stream.events.filter(({ type, netns }) => type === 'flow.closed' && netns === room?.netns);
    await stream.until(() => closed().length >= 2 * CONNECTIONS);
    stream.stop();

    const flows = closed();
    expect(new Set(flows.map(({ id }) => id)).size).toBe(2 * CONNECTIONS);
    const bytesOf = (flow: FlowRecord) => `${flow.sent.bytes} and ${flow.received.bytes}`;
    const { sent = 0, received = 0 } = room?.client ?? {};
    const [there, back] = [sent / CONNECTIONS, received / CONNECTIONS];
    const clients = flows.filter(({ dest }) => dest.port === room?.port);
    expect(clients).toHaveLength(CONNECTIONS);
    expect(new Set(clients.map(bytesOf))).toEqual(new Set([`${there} and ${back}`]));
    const servers = flows.filter(({ source }) => source.port === room?.port);
    expect(new Set(servers.map(bytesOf))).toEqual(new Set([`${back} and ${there}`]));

    const { loss, tables } = await probe.status();
    expect(loss.connectionsFull).toBeGreaterThan(0);
    expect(loss.flowsEvicted).toBeGreaterThan(0);
    expect(loss).toMatchObject({ ringOpened: 0, ringClosed: 0, closesMissed: 0 });
    const table = (wanted: string) => tables.find(({ name }) => name === wanted);
    expect(table('flows')).toMatchObject({ max: 16, evicted: loss.flowsEvicted });
    expect(table('closedFlows')).toMatchObject({ used: 16, max: 16 });
    expect(table('closedFlows')?.evicted).toBeGreaterThanOrEqual(2 * CONNECTIONS - 16);
  });
});

/** As many listeners as the file says, which it holds while it runs the command behind them. */
const crowd = `
import resource, socket, subprocess, sys
count = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_NOFILE, (count + 100, count + 100))
held = []
for number in range(count):
    sock = socket.socket()
    sock.bind((f"127.{1 + number // 250}.{1 + number % 250}.1", 4000))
    sock.listen(1)
    held.append(sock)
sys.stdout.buffer.write(subprocess.run(sys.argv[2:], stdout=subprocess.PIPE, check=True).stdout)
`;

describe('more listeners than the table holds', () => {
  it('are counted, and what they accept has its owner when it closes', async () => {
    probe = await startProbe();
    const transfer = ['python3', 'test/live/traffic.py', 'transfer', '--sent', '10', '--received', '20'];
    const args = ['-c', crowd, String(LISTENERS), ...transfer];
    const output = execFileSync('python3', args, { encoding: 'utf8' });
    const done: Traffic = JSON.parse(output.trim().split('\n').at(-1) ?? '');
    const netns = statSync('/proc/self/ns/net').ino;
    let server: FlowRecord[] = [];
    await poll(async () => {
      const flows = (await probe?.flows(`port=${done.port}&netns=${netns}&state=closed`)) ?? [];
      server = flows.filter(({ source }) => source.port === done.port);
      return server.length === 1;
    });
    expect(server[0]).toMatchObject({
      process: { pid: done.server.pid, comm: 'python3' },
      sent: { bytes: done.server.sent },
      received: { bytes: done.server.received },
    });
    const { loss } = await probe.status();
    expect(loss.listenersFull).toBeGreaterThan(LISTENERS - MAX_LISTENERS);

    // The table has room again.
    const next = await traffic('transfer', { sent: 1 });
    const accepted = `port=${next.port}&pid=${next.server.pid}&state=closed`;
    await poll(async () => ((await probe?.flows(accepted)) ?? []).length === 1);
    expect((await probe.status()).loss.listenersFull).toBe(loss.listenersFull);
  });
});
