import { spawn } from 'node:child_process';
import type { AgentStatus } from '../../src/agent/agent-status.ts';
import type { MapGraph } from '../../src/map/types.ts';
import type { FlowRecord } from '../../src/wire/flow.ts';
import { exitOf, poll, type RunningProbe, startProbe } from './probe.ts';

/** The user and the group that node-agent runs as. */
const NOBODY = 65_534;
/** Lets the agent read the probe's socket. */
export const FOR_AGENT = ['--socket-gid', String(NOBODY)];
/** Others on the machine may close connections by the thousand meanwhile. */
const MAX_CLOSED = '400000';

export interface RunningAgent {
  url: string;
  get<T>(path: string): Promise<T>;
  flows(query: string): Promise<{ flows: FlowRecord[]; matched: number }>;
  map(query: string): Promise<MapGraph>;
  status(): Promise<AgentStatus>;
  /** Whether it reads the probe. */
  isReady(): Promise<boolean>;
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  signal(signal: NodeJS.Signals): void;
  stderr(): string;
}

/** Starts the built node-agent on a free port, without any rights, and waits until it serves. */
export async function startAgent(socket: string, flags: string[] = []): Promise<RunningAgent> {
  const args = ['dist/node-agent.js', '--socket', socket, '--listen-port', '0'];
  const child = spawn(process.execPath, [...args, '--max-closed-flows', MAX_CLOSED, ...flags], {
    stdio: ['ignore', 'ignore', 'pipe'],
    uid: NOBODY,
    gid: NOBODY,
  });
  let stderr = '';
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  const ended = exitOf(child);
  let url = '';
  await poll(() => {
    if (child.exitCode !== null) throw new Error(`node-agent ended: ${stderr}`);
    url = /"url":"([^"]+)"/.exec(stderr)?.[1] ?? '';
    return url !== '';
  }).catch((error) => {
    child.kill('SIGKILL');
    throw error;
  });
  // Kept open, a connection would be closed by the agent while a test is busy with something else.
  const ask = (path: string) => fetch(`${url}${path}`, { headers: { connection: 'close' } });
  const get = async <T>(path: string) => {
    const answer = await ask(path);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  return {
    url,
    get,
    flows: (query) => get(`/api/v1/flows?${query}`),
    map: (query) => get(`/api/v1/map?${query}`),
    status: () => get('/api/v1/status'),
    isReady: async () => (await ask('/ready')).ok,
    signal: (signal) => child.kill(signal),
    stderr: () => stderr,
    stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}

export interface BothPrograms {
  probe: RunningProbe;
  agent: RunningAgent;
  stop(): Promise<void>;
}

/** Starts both programs as `npm start` does, and waits until the agent reads the probe. */
export async function startBoth(flagsOfProbe: string[] = []): Promise<BothPrograms> {
  const probe = await startProbe([...FOR_AGENT, '--max-closed', MAX_CLOSED, ...flagsOfProbe]);
  const agent = await startAgent(probe.socket).catch(async (error) => {
    await probe.stop();
    throw error;
  });
  const stop = async () => {
    await agent.stop();
    await probe.stop();
  };
  await poll(agent.isReady).catch(async (error) => {
    await stop();
    throw error;
  });
  return { probe, agent, stop };
}
