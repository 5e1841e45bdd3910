import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Agent, type AgentOptions, startAgent } from '../../src/agent/agent.ts';
import { loadAgentConfig } from '../../src/lib/config/load.ts';
import { createLogger } from '../../src/lib/log.ts';
import type { MapGraph } from '../../src/map/types.ts';
import type { EventLog } from '../../src/probe/server/event-log.ts';
import { startServer } from '../../src/probe/server/server.ts';
import type { FlowRecord } from '../../src/wire/flow.ts';
import type { EventType } from '../../src/wire/messages.ts';
import { flowToRow } from '../../src/wire/rows.ts';
import { MadeUpProbe, makeFolder } from '../server/harness.ts';

export function socketPath(): string {
  return join(makeFolder(), 'sysprobe.sock');
}

/** The probe's own server over flows that the test makes. */
export class TestProbe {
  readonly view: MadeUpProbe;
  readonly #socketPath: string;
  #server: { close(): Promise<void> } | undefined;

  constructor(socketPath: string, replay: ConstructorParameters<typeof MadeUpProbe>[0] = {}) {
    this.#socketPath = socketPath;
    this.view = new MadeUpProbe(replay);
  }

  get events(): EventLog {
    return this.view.events;
  }

  async start(): Promise<this> {
    this.#server = await startServer({
      socketPath: this.#socketPath,
      mode: 0o660,
      log: createLogger('system-probe', 'silent'),
      view: this.view,
      events: this.events,
      limits: { graceMs: 100 },
    });
    onTestFinished(() => this.stop());
    return this;
  }

  /** The process stays, with its event log: only nobody can reach it. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    await server?.close();
  }

  /** A change of the flow: it is in lists from now on, and in the stream. */
  tell(type: EventType, ...flows: FlowRecord[]): void {
    const changed = new Set(flows.map(({ id }) => id));
    this.view.flowsNow = [...this.view.flowsNow.filter(({ id }) => !changed.has(id)), ...flows];
    for (const flow of flows) this.events.append(type, flowToRow(flow));
    this.events.flush();
  }
}

export interface TestAgent extends Agent {
  json<T>(path: string): Promise<T>;
  map(query?: string): Promise<MapGraph>;
  status(): Promise<AgentStatus>;
}

/** What the tests read of the agent's status. */
export interface AgentStatus {
  lost: number;
  loss: Record<string, number>;
  probe: {
    connected: boolean;
    run?: string;
    events: number;
    unknown: number;
    reconnects: number;
    invalid: number;
    restarts: number;
    lastError?: { code: string; message: string };
  };
  tables: { name: string; used: number; max: number; evicted: number }[];
  streams: { open: number };
  readers: { lag: number; lost: number }[];
}

export async function runAgent(
  socket: string,
  options: Partial<Omit<AgentOptions, 'config'>> & { config?: Partial<AgentOptions['config']> } = {},
): Promise<TestAgent> {
  const agent = await startAgent({
    log: createLogger('node-agent', 'silent'),
    now: Date.now,
    random: () => 0.5,
    ...options,
    config: {
      ...loadAgentConfig({ argv: [], env: {} }),
      socket,
      listenPort: 0,
      maxFlows: 1000,
      maxClosedFlows: 20_000,
      historySeconds: 300,
      ...options.config,
    },
  });
  onTestFinished(() => agent.stop());
  const json = async <T>(path: string) => (await (await fetch(`${agent.url}${path}`)).json()) as T;
  return {
    ...agent,
    json,
    map: (query = '') => json(`/api/v1/map${query}`),
    status: () => json('/api/v1/status'),
  };
}

let lastPort = 40_000;

/** One connection of two processes of this node, now, as both sides report it. */
export function localConnection(id: string, more: { sent?: number; received?: number; port?: number } = {}) {
  const { sent = 100, received = 2000, port = 80 } = more;
  lastPort += 1;
  const client = { ip: '10.0.0.1', port: lastPort };
  const server = { ip: '10.0.0.2', port };
  const openedAt = `${new Date().toISOString().slice(0, -1)}000000Z`;
  const common = {
    protocol: 'tcp',
    family: 'ipv4',
    direction: 'local',
    state: 'established',
    openedAt,
    lastSeenAt: openedAt,
  } as const;
  return {
    client: {
      ...common,
      id: `${id}-client`,
      netns: 1,
      role: 'client',
      source: client,
      dest: server,
      process: { pid: 100, comm: 'curl' },
      sent: { bytes: sent, packets: 1 },
      received: { bytes: received, packets: 1 },
    },
    server: {
      ...common,
      id: `${id}-server`,
      netns: 2,
      role: 'server',
      source: server,
      dest: client,
      process: { pid: 200, comm: 'nginx' },
      sent: { bytes: received, packets: 1 },
      received: { bytes: sent, packets: 1 },
    },
  } satisfies Record<string, FlowRecord>;
}

export function closed(flow: FlowRecord): FlowRecord {
  const closedAt = `${new Date().toISOString().slice(0, -1)}000000Z`;
  return { ...flow, state: 'closed', closedAt, lastSeenAt: closedAt };
}

/** A stream of the agent, its body unread. */
export async function openStream(agent: Agent, path: string, accept: string): Promise<IncomingMessage> {
  const stream = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${agent.url}${path}`, { headers: { accept }, agent: false }, resolve).on('error', reject);
  });
  onTestFinished(() => {
    stream.destroy();
  });
  return stream;
}

export interface ServerSentEvent {
  event: string;
  data: unknown;
}

/** The events of a stream from now on; comments are left out. */
export async function* readEvents(stream: IncomingMessage): AsyncGenerator<ServerSentEvent> {
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) {
    const blocks = (text + chunk).split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string]));
      const event = fields.get('event');
      if (event !== undefined) yield { event, data: JSON.parse(fields.get('data') ?? 'null') };
    }
  }
}

export async function* readLines(stream: IncomingMessage): AsyncGenerator<Record<string, unknown>> {
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) {
    const lines = (text + chunk).split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line);
  }
}

/** Asks again until the answer is good. */
export async function until<T>(ask: () => T | Promise<T>, isGood: (answer: T) => boolean): Promise<T> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const answer = await ask();
    if (isGood(answer)) return answer;
    if (performance.now() > deadline)
      throw new Error(`not within 20 s: ${JSON.stringify(answer).slice(0, 500)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
