import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FlowRecord } from '../../src/wire/flow.ts';
import type { Status } from '../../src/wire/status.ts';
import { paced } from './pace.ts';

export type FlowEvent = FlowRecord & { type: string; cursor: string; lost?: number };

/** What is asked of a probe over its socket. */
export interface ProbeClient {
  socket: string;
  get(path: string): Promise<unknown>;
  flows(query: string): Promise<FlowRecord[]>;
  status(): Promise<Status>;
  /** Resolves when the stream has begun. */
  follow(query?: string): Promise<Following>;
  /** The same of another path, such as `processes`. */
  followAll<Event>(path: string): Promise<Following<Event>>;
}

export interface RunningProbe extends ProbeClient {
  pid: number;
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  stderr(): string;
}

export interface Following<Event = FlowEvent> {
  events: Event[];
  /** Waits until the events satisfy `done`; throws with what came when they do not within the deadline. */
  until(done: (events: Event[]) => boolean, deadlineMs?: number): Promise<Event[]>;
  stop(): void;
}

export interface StartOptions {
  deadlineMs?: number;
  /** A command that becomes the probe. */
  through?: string[];
}

/** Starts the built system-probe on a socket of its own and waits until it answers. */
export async function startProbe(flags: string[] = [], options: StartOptions = {}): Promise<RunningProbe> {
  const folder = mkdtempSync(join(tmpdir(), 'sysprobe-live-'));
  // The agent is another user.
  chmodSync(folder, 0o755);
  const probe = await startProbeOn(join(folder, 'probe.sock'), flags, options);
  return {
    ...probe,
    async stop(signal) {
      const code = await probe.stop(signal);
      rmSync(folder, { recursive: true, force: true });
      return code;
    },
  };
}

/** The same on a given socket, which may have been left by another probe. */
export async function startProbeOn(
  socket: string,
  flags: string[] = [],
  { deadlineMs, through = [] }: StartOptions = {},
): Promise<RunningProbe> {
  const [file = '', ...args] = [...through, process.execPath, 'dist/system-probe.js', '--socket', socket];
  const child = spawn(file, [...args, ...flags], { stdio: ['ignore', 'ignore', 'pipe'] });
  return probeOf(child, socket, deadlineMs);
}

/** A probe that was started on the socket: waits until it answers. */
export async function probeOf(
  child: ChildProcess,
  socket: string,
  deadlineMs?: number,
): Promise<RunningProbe> {
  let stderr = '';
  child.stderr?.on('data', (data) => {
    stderr += data;
  });
  const ended = exitOf(child);
  const probe: RunningProbe = {
    ...clientOf(socket),
    pid: child.pid ?? 0,
    stderr: () => stderr,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
  await poll(async () => {
    if (child.exitCode !== null) throw new Error(`system-probe ended: ${stderr}`);
    return probe.status().then(
      () => true,
      () => false,
    );
  }, deadlineMs).catch((error) => {
    child.kill('SIGKILL');
    throw error;
  });
  return probe;
}

export function clientOf(socket: string): ProbeClient {
  return {
    socket,
    get: (path) => getJson(socket, path),
    flows: async (query) => ((await getJson(socket, `/v1/flows?${query}`)) as { flows: FlowRecord[] }).flows,
    status: () => getJson(socket, '/v1/status') as Promise<Status>,
    follow: (query = '') => follow(socket, `flows?follow=true${query === '' ? '' : `&${query}`}`),
    followAll: (path) => follow(socket, `${path}?follow=true`),
  };
}

export function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}

/** Calls `ready` until it is true; an error of it ends the wait. */
export async function poll(
  ready: () => Promise<boolean> | boolean,
  deadlineMs = paced(15_000),
): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  while (!(await ready())) {
    if (Date.now() > deadline) throw new Error(`not so within ${deadlineMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The answer to a request over a Unix socket; throws when it is an error. */
export function getJson(socketPath: string, path: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (data) => {
        body += data;
      });
      response.on('end', () => {
        if (response.statusCode === 200) resolve(JSON.parse(body));
        else reject(new Error(`${path}: ${response.statusCode} ${body}`));
      });
      response.on('error', reject);
    });
    call.on('error', reject);
    call.end();
  });
}

async function follow<Event>(socketPath: string, query: string): Promise<Following<Event>> {
  const events: Event[] = [];
  let rest = '';
  const call = request(
    { socketPath, path: `/v1/${query}`, headers: { accept: 'application/x-ndjson' } },
    (response) => {
      response.setEncoding('utf8');
      response.on('data', (data) => {
        const lines = (rest + data).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) if (line !== '') events.push(JSON.parse(line));
      });
      response.on('error', () => undefined);
    },
  );
  call.end();
  await once(call, 'response');
  call.on('error', () => undefined);
  return {
    events,
    stop: () => call.destroy(),
    async until(done, deadlineMs = paced(30_000)) {
      await poll(() => done(events), deadlineMs).catch((error) => {
        throw new Error(`${error.message}; ${events.length} events: ${JSON.stringify(events.slice(-5))}`);
      });
      return events;
    },
  };
}
