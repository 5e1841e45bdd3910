import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProcessRecord } from '../../src/wire/process.ts';
import { type FlowEvent, poll, type RunningProbe, startProbe } from '../live/probe.ts';
import { endOf, endsOf, followProcesses, type Life, type ProcessEvent, runCases, storm } from './lives.ts';

describe('a process', () => {
  let older: ChildProcess;
  let probe: RunningProbe;
  let stream: Awaited<ReturnType<typeof followProcesses>>;
  let lives: Life[];

  beforeAll(async () => {
    older = spawn('/bin/sh', ['-c', 'read line; exit 6'], { stdio: ['pipe', 'ignore', 'ignore'] });
    probe = await startProbe(['--process-interval-ms', '1000']);
    stream = await followProcesses(probe);
    lives = await runCases();
  });
  afterAll(async () => {
    older.kill();
    stream?.stop();
    await probe?.stop();
  });

  const listed = async (query: string) =>
    ((await probe.get(`/v1/processes?${query}`)) as { processes: ProcessRecord[] }).processes;

  it('has its end, its executable and its arguments, of every kind', async () => {
    const found = await Promise.all(lives.map(({ pid }) => endOf(stream, pid)));
    const shown = found.map((event, i) => ({ name: lives[i]?.name, record: event }));
    expect(shown).toEqual(
      lives.map(({ name, expected }) => ({ name, record: expect.objectContaining(expected) })),
    );
  });

  it('is told of as started before it is told of as ended, by one id', async () => {
    for (const { pid } of lives) {
      const end = await endOf(stream, pid);
      const ours = stream.events.filter(({ id }) => id === end?.id);
      const [start] = ours;
      expect(ours.map(({ type }) => type).slice(-2)).toEqual(['process.started', 'process.exited']);
      expect(start).toMatchObject({ state: 'running', startedAt: end?.startedAt });
      expect(start).not.toHaveProperty('exitedAt');
      expect(Date.parse(end?.exitedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(end?.startedAt ?? ''));
    }
  });

  it('stays in the list, and is found by what it was', async () => {
    const killed = lives.find(({ name }) => name === 'a signal');
    const [record] = await listed(`pid=${killed?.pid}`);
    expect(record).toMatchObject({ state: 'exited', signal: 9 });
    expect(record).not.toHaveProperty('exitCode');
    expect(await listed(`parent=${record?.parentPid}&exit-code=3`)).toMatchObject([
      { args: ['/bin/sh', '-c', 'exit 3'] },
      { exe: expect.stringContaining('python') },
    ]);
  });

  it('that is older than the probe is listed with what it uses, and has its end', async () => {
    const pid = older.pid ?? 0;
    await poll(async () => (await listed(`pid=${pid}`))[0]?.memory !== undefined);
    const [record] = await listed(`pid=${pid}`);
    expect(record).toMatchObject({
      state: 'running',
      parentPid: process.pid,
      args: ['/bin/sh', '-c', 'read line; exit 6'],
      memory: { rssBytes: expect.any(Number) },
      netns: expect.any(Number),
    });
    older.stdin?.end();
    expect(await endOf(stream, pid)).toMatchObject({ id: record?.id, exitCode: 6 });
  });

  it('has the pid of its own namespace', async () => {
    spawnSync('unshare', ['--pid', '--fork', 'sh', '-c', 'exit 5 # in a namespace']);
    const isOurs = ({ args, type }: ProcessEvent) =>
      type === 'process.exited' && args?.[2] === 'exit 5 # in a namespace';
    await stream.until((events) => events.some(isOurs));
    expect(stream.events.find(isOurs)).toMatchObject({ namespacePid: 1, exitCode: 5 });
  });

  it('shows how much processor it uses while it runs', async () => {
    const busy = spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' });
    try {
      await poll(async () => ((await listed(`pid=${busy.pid}`))[0]?.cpu?.millicores ?? 0) > 0);
    } finally {
      busy.kill('SIGKILL');
    }
    const end = await endOf(stream, busy.pid ?? 0);
    expect(end?.signal).toBe(9);
    expect(end?.cpu?.userUs).toBeGreaterThan(100_000);
  });

  it('that is gone before anyone could look names the executable of its connection', async () => {
    const flows = await probe.follow();
    const server = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    process.kill(probe.pid, 'SIGSTOP');
    const curl = spawn('curl', ['-s', `http://127.0.0.1:${port}/`], { stdio: 'ignore' });
    const [code] = await once(curl, 'exit').finally(() => process.kill(probe.pid, 'SIGCONT'));
    expect(code).toBe(0);
    const isOurs = ({ type, process: owner }: FlowEvent) => type === 'flow.closed' && owner?.pid === curl.pid;
    await flows.until((events) => events.some(isOurs));
    const [exe] = spawnSync('readlink', ['-f', '/usr/bin/curl'], { encoding: 'utf8' }).stdout.split('\n');
    expect(flows.events.find(isOurs)?.process).toEqual({ pid: curl.pid, comm: 'curl', exe });
    server.close();
    flows.stop();
  });

  it('is one of 20,000 that are all seen, each once', async () => {
    const { pid, ends } = await storm(20_000);
    await endOf(stream, pid);
    expect(endsOf(stream.events, pid)).toEqual(ends);
    const children = stream.events.filter(({ parentPid }) => parentPid === pid);
    expect(new Set(children.map(({ id }) => id)).size).toBe(20_000);
    const { loss } = await probe.status();
    expect(loss).toMatchObject({ ringProcessStarted: 0, ringProcessExited: 0, processEndsUnseen: 0 });
  });
});

describe('a probe whose ring is too small', () => {
  it('counts what was lost, and lists none for long that has ended', async () => {
    const probe = await startProbe(['--process-ring-bytes', '64KiB', '--process-interval-ms', '1000']);
    try {
      const stream = await followProcesses(probe);
      process.kill(probe.pid, 'SIGSTOP');
      const { pid } = await storm(2000).finally(() => process.kill(probe.pid, 'SIGCONT'));
      // Once the ring has room again, an end is seen; it is behind those of the storm.
      await poll(async () => {
        const { pid: fence } = spawnSync('true');
        await setTimeout(200);
        return stream.events.some((event) => event.pid === fence && event.type === 'process.exited');
      });
      const seen = Object.values(endsOf(stream.events, pid)).reduce((sum, count) => sum + count, 0);
      const { loss } = await probe.status();
      expect(seen).toBeLessThan(2000);
      expect(seen + (loss.ringProcessExited ?? 0)).toBeGreaterThanOrEqual(2000);
      expect(loss.ringProcessStarted).toBeGreaterThan(0);
      await poll(async () => {
        const { matched } = (await probe.get(`/v1/processes?parent=${pid}&state=running`)) as {
          matched: number;
        };
        return matched === 0;
      });
    } finally {
      await probe.stop();
    }
  });
});

describe('arguments', () => {
  it.each([
    [['--process-args', 'none'], undefined],
    [
      ['--process-args', 'whole'],
      ['/bin/sh', '-c', 'exit 0', '--token', 'abc', '--pin=1'],
    ],
    [
      ['--sensitive-words', 'pin'],
      ['/bin/sh', '-c', 'exit 0', '--token', '********', '--pin=********'],
    ],
  ])('with %j are %j', async (flags, args) => {
    const probe = await startProbe(flags);
    try {
      const stream = await followProcesses(probe);
      const { pid } = spawnSync('/bin/sh', ['-c', 'exit 0', '--token', 'abc', '--pin=1']);
      expect((await endOf(stream, pid))?.args).toEqual(args);
    } finally {
      await probe.stop();
    }
  });
});

it('processes that are not to be reported are in no list and no stream', async () => {
  const probe = await startProbe(['--no-processes-enabled']);
  try {
    const stream = await followProcesses(probe);
    spawnSync('true');
    await poll(async () => (await probe.status()).uptimeSeconds >= 2);
    expect(await probe.get('/v1/processes')).toMatchObject({ processes: [], matched: 0 });
    expect(stream.events).toEqual([]);
    expect((await probe.status()).sources).toContainEqual(
      expect.objectContaining({ name: 'processes', state: 'on' }),
    );
  } finally {
    await probe.stop();
  }
});
