import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createLogger } from '../../src/lib/log.ts';
import { EventLog } from '../../src/probe/server/event-log.ts';
import type { Metric } from '../../src/probe/server/metrics.ts';
import type { ProbeView } from '../../src/probe/server/probe-view.ts';
import { type ServerOptions, startServer } from '../../src/probe/server/server.ts';
import { MessageReader } from '../../src/wire/cbor.ts';
import type { ContainerRecord } from '../../src/wire/container.ts';
import type { DnsRecord } from '../../src/wire/dns.ts';
import type { FlowRecord } from '../../src/wire/flow.ts';
import { CODECS } from '../../src/wire/kinds.ts';
import type { EventType, Message } from '../../src/wire/messages.ts';
import type { ProcessRecord } from '../../src/wire/process.ts';
import { flowToRow } from '../../src/wire/rows.ts';
import type { DnsStatus, Status } from '../../src/wire/status.ts';

/** Flow number `n` of a node that does not exist. */
export function flow(n: number, more: Partial<FlowRecord> = {}): FlowRecord {
  return {
    id: `f-${n}`,
    protocol: 'tcp',
    family: 'ipv4',
    netns: 4_026_531_840,
    direction: 'outgoing',
    role: 'client',
    source: { ip: '10.0.0.1', port: 1024 + (n % 60_000) },
    dest: { ip: '10.0.0.2', port: 443 },
    process: { pid: 100 + (n % 1000), comm: 'curl' },
    state: 'closed',
    openedAt: '2026-11-23T02:13:20.000000001Z',
    closedAt: `2026-11-23T02:13:21.${String(n).padStart(9, '0')}Z`,
    sent: { bytes: n, packets: 1 },
    received: { bytes: 5_000_000_000, packets: 2 },
    ...more,
  };
}

/** What the probe would tell the server, without a kernel. */
export class MadeUpProbe implements ProbeView {
  readonly bootId = '7d1f0c1e-0b9e-4c53-9d54-000000000001';
  readonly events: EventLog;
  flowsNow: FlowRecord[] = [];
  dnsNow: DnsRecord[] = [];
  processesNow: ProcessRecord[] = [];
  containersNow: ContainerRecord[] = [];
  metricsNow: Metric[] = [];
  dnsSums: DnsStatus | undefined;
  refreshes = 0;

  constructor(replay: { run?: string; maxEvents?: number; maxBytes?: number } = {}) {
    this.events = new EventLog({ run: 'r1', maxEvents: 100_000, maxBytes: 2 ** 26, ...replay });
  }

  refresh(): void {
    this.refreshes++;
  }

  flows() {
    return this.flowsNow.map(flowToRow);
  }

  dns() {
    return this.dnsNow.map(CODECS.dns.toRow);
  }

  processes() {
    return this.processesNow.map(CODECS.process.toRow);
  }

  containers() {
    return this.containersNow.map(CODECS.container.toRow);
  }

  metrics() {
    return this.metricsNow;
  }

  status(): Status {
    return {
      version: '0.1.0',
      pid: process.pid,
      startedAt: '2026-11-23T02:00:00.000Z',
      uptimeSeconds: 60,
      bootId: this.bootId,
      run: this.events.run,
      kernel: { release: '6.18.5', arch: 'x64' },
      sources: [
        {
          name: 'tcp',
          state: 'on',
          hook: 'raw_tp/inet_sock_set_state',
          programs: [
            {
              name: 'on_state',
              section: 'raw_tp/inet_sock_set_state',
              runCount: 7,
              runTimeNs: 3500,
              skipCount: 2,
            },
          ],
        },
        { name: 'udp', state: 'off', reason: 'the kernel refuses the hook', programs: [] },
      ],
      tables: [{ name: 'flows', used: this.flowsNow.length, max: 65_536, evicted: 3 }],
      loss: { ringClosed: 2, eventsMissed: this.events.missed },
      readers: [...this.events.readers].map((reader) => reader.status()),
      replay: this.events.stats(),
      ...(this.dnsSums !== undefined && { dns: this.dnsSums }),
    };
  }

  /** Flows numbered from `from` to `to` close, as one reading of the kernel reports them. */
  close(from: number, to = from, type: EventType = 'flow.closed'): void {
    for (let n = from; n <= to; n++) this.events.append(type, flowToRow(flow(n)));
    this.events.flush();
  }
}

/** A folder that is removed when the test is over. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sysprobe-server-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function serve(
  probe = new MadeUpProbe(),
  options: Partial<Pick<ServerOptions, 'socketPath' | 'mode' | 'gid' | 'limits'>> = {},
) {
  const socketPath = options.socketPath ?? join(makeFolder(), 'sysprobe.sock');
  const server = await startServer({
    socketPath,
    mode: 0o660,
    log: createLogger('system-probe', 'silent'),
    view: probe,
    events: probe.events,
    ...options,
  });
  onTestFinished(() => server.close());
  return { probe, server, socketPath };
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** `curl --unix-socket`, with headers in the output. */
export async function curl(socketPath: string, target: string, ...flags: string[]): Promise<Answer> {
  const args = [
    '-s',
    '-i',
    '-g',
    '--max-time',
    '20',
    '--unix-socket',
    socketPath,
    ...flags,
    `http://probe${target}`,
  ];
  const output = await new Promise<string>((resolve, reject) => {
    execFile('curl', args, { maxBuffer: 2 ** 28 }, (error, stdout) => {
      if (error && stdout === '') reject(error);
      else resolve(stdout);
    });
  });
  return parseAnswer(output);
}

export function parseAnswer(text: string): Answer {
  const end = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = lines.map((line) => line.split(/:\s*/, 2).map((part) => part.toLowerCase()));
  return {
    status: Number(first.split(' ')[1]),
    headers: Object.fromEntries(headers),
    body: text.slice(end + 4),
  };
}

/** A socket that says anything and keeps what it hears. */
export async function raw(
  socketPath: string,
): Promise<{ socket: Socket; heard(): string; closed: Promise<void> }> {
  const socket = connect(socketPath);
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  await new Promise((resolve) => socket.once('connect', resolve));
  onTestFinished(() => {
    socket.destroy();
  });
  return { socket, heard: () => text, closed };
}

/** A followed or listed stream, as its chunks arrive. */
export async function open(socketPath: string, path: string, accept: string): Promise<IncomingMessage> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ socketPath, path, headers: { accept } }, resolve).on('error', reject);
  });
  onTestFinished(() => {
    response.destroy();
  });
  return response;
}

/** Collects the messages of a CBOR stream until `enough`, or to its end. */
export async function readMessages(
  stream: IncomingMessage,
  enough: (messages: Message[]) => boolean = () => false,
): Promise<Message[]> {
  const reader = new MessageReader();
  const messages: Message[] = [];
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    messages.push(...reader.push(chunk));
    if (enough(messages)) return messages;
  }
  reader.end();
  return messages;
}

/** For readMessages: true when the stream has come to `cursor`. */
export function upTo(cursor: string): (messages: Message[]) => boolean {
  return (messages) => {
    const last = messages.at(-1);
    return last !== undefined && last.type !== 'hello' && 'cursor' in last && last.cursor === cursor;
  };
}

/** Collects the lines of an NDJSON stream until there are `count`, or to its end. */
export async function readLines(
  stream: IncomingMessage,
  count = Number.POSITIVE_INFINITY,
): Promise<string[]> {
  let text = '';
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    text += chunk;
    if (text.split('\n').length > count) break;
  }
  return text.split('\n').slice(0, -1);
}

/** The ids of the flows in the events of a stream, and the events that it says were lost. */
export function summarize(messages: Message[]): { ids: string[]; lost: number } {
  const events = messages.flatMap((message) => (message.type === 'events' ? message.events : []));
  const losses = messages.flatMap((message) => (message.type === 'lost' ? [message.lost ?? 0] : []));
  return { ids: events.map(([, row]) => String(row[0])), lost: losses.reduce((sum, each) => sum + each, 0) };
}

export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not within 20 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
