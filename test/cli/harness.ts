import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '../../src/lib/log.ts';
import { packageRoot } from '../../src/lib/package-root.ts';
import { EventLog } from '../../src/probe/server/event-log.ts';
import type { ProbeView } from '../../src/probe/server/probe-view.ts';
import { startServer } from '../../src/probe/server/server.ts';
import type { ContainerRecord } from '../../src/wire/container.ts';
import type { DnsRecord } from '../../src/wire/dns.ts';
import type { FlowRecord } from '../../src/wire/flow.ts';
import { CODECS, EVENT_KINDS, type Records } from '../../src/wire/kinds.ts';
import type { EventType } from '../../src/wire/messages.ts';
import type { ProcessRecord } from '../../src/wire/process.ts';

const PROGRAM = join(packageRoot, 'dist/sysprobe.js');

/** Makes dist/sysprobe.js what the sources say. */
export function buildPrograms(): void {
  execFileSync(process.execPath, ['scripts/build.mjs', '--only', 'programs'], {
    cwd: packageRoot,
    stdio: 'ignore',
  });
}

export interface TestServer {
  socket: string;
  /** What lists are made of. */
  flows: FlowRecord[];
  events: EventLog;
  tell(type: EventType, record: Records[keyof Records]): void;
  close(): Promise<void>;
}

export const STATUS = {
  version: '0.1.0',
  pid: 4242,
  startedAt: '2026-01-31T12:00:00.000Z',
  uptimeSeconds: 7384,
  bootId: 'a5b1f2c4-0000-4000-8000-000000000001',
  run: 'r1',
  kernel: { release: '6.1.0', arch: 'x64' },
  sources: [
    { name: 'tcp', state: 'on' as const, hook: 'raw_tp/inet_sock_set_state', programs: [] },
    { name: 'dns', state: 'off' as const, reason: 'the kernel refused it', programs: [] },
  ],
  tables: [{ name: 'flows', used: 12, max: 65_536, evicted: 3 }],
  loss: { ringClosed: 0, flowsEvicted: 3 },
};

export interface ServeOptions {
  socket: string;
  flows?: FlowRecord[];
  dns?: DnsRecord[];
  processes?: ProcessRecord[];
  containers?: ContainerRecord[];
  run?: string;
  maxEvents?: number;
  /** The log of a server that was closed, as if only the connection had broken. */
  events?: EventLog;
}

/** The probe's own server over records that the test makes. */
export async function serve(options: ServeOptions): Promise<TestServer> {
  const { socket, flows = [], dns = [], processes = [], containers = [] } = options;
  const { run = 'r1', maxEvents = 10_000 } = options;
  const events = options.events ?? new EventLog({ run, maxEvents, maxBytes: 64 * 1024 * 1024 });
  const view: ProbeView = {
    bootId: STATUS.bootId,
    refresh: () => {},
    flows: () => flows.map(CODECS.flow.toRow),
    dns: () => dns.map(CODECS.dns.toRow),
    processes: () => processes.map(CODECS.process.toRow),
    containers: () => containers.map(CODECS.container.toRow),
    metrics: () => [],
    status: () => ({
      ...STATUS,
      run,
      readers: [...events.readers].map((reader) => reader.status()),
      replay: events.stats(),
    }),
  };
  const log = createLogger('system-probe', 'silent');
  const server = await startServer({ socketPath: socket, mode: 0o660, log, view, events });
  return {
    socket,
    flows,
    events,
    tell: (type, record) => {
      events.append(type, CODECS[EVENT_KINDS[type]].toRow(record as never));
      events.flush();
    },
    close: () => server.close(),
  };
}

/** A folder for sockets, removed by the answer's dispose(). */
export function makeFolder(): { path: string; dispose(): void } {
  const path = mkdtempSync(join(tmpdir(), 'sysprobe-cli-'));
  return { path, dispose: () => rmSync(path, { recursive: true, force: true }) };
}

export interface Run {
  child: ChildProcess;
  stdout(): string;
  bytes(): Buffer;
  stderr(): string;
  /** Resolves with the exit code when the program ends by itself, or with the signal that ended it. */
  ended: Promise<number | NodeJS.Signals | null>;
}

export interface RunOptions {
  env?: Record<string, string>;
  uid?: number;
}

export function start(args: readonly string[], { env = {}, uid }: RunOptions = {}): Run {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: packageRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, ...env },
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  const out: Buffer[] = [];
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  return {
    child,
    stdout: () => Buffer.concat(out).toString(),
    bytes: () => Buffer.concat(out),
    stderr: () => stderr,
    ended: new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal))),
  };
}

export async function sysprobe(args: readonly string[], options?: RunOptions) {
  const run = start(args, options);
  const code = await run.ended;
  return { code, stdout: run.stdout(), stderr: run.stderr(), bytes: run.bytes() };
}

/** Asks until the answer is true. */
export async function until(ready: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!ready()) {
    if (Date.now() > deadline) throw new Error(`${what}: not within 20 s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
