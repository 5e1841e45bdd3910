import { command } from '../containers/command.ts';
import { type FlowEvent, type Following, type RunningProbe, startProbe } from './probe.ts';

/** What a process of short_lived.py did. */
export interface Life {
  pid: number;
  netns: number;
  /** Of the TCP connection's server. */
  port: number;
  /** Of the UDP conversation's client. */
  datagramPort: number;
  sent: number;
  cgroup?: { id: number; path: string };
  container?: string;
}

export interface LifeFlow {
  life: Life;
  flow: FlowEvent;
}

/** Runs short_lived.py; every process of it is gone at the end. */
export async function shortLived(...flags: string[]): Promise<Life[]> {
  return JSON.parse(await command('python3', ['test/live/short_lived.py', ...flags]));
}

/** For what the rest of the machine does while the probe is kept from running. */
const RING_BYTES = 64 * 1024 * 1024;

/** A probe that can be kept from running. */
export class Watch {
  readonly probe: RunningProbe;
  readonly stream: Following;

  private constructor(probe: RunningProbe, stream: Following) {
    this.probe = probe;
    this.stream = stream;
  }

  static async start(...flags: string[]): Promise<Watch> {
    const probe = await startProbe(['--ring-bytes', String(RING_BYTES), ...flags]);
    return new Watch(probe, await probe.follow());
  }

  async stop(): Promise<void> {
    this.stream.stop();
    await this.probe.stop();
  }

  /** Stops the probe meanwhile: what it reads of afterwards is gone by then. */
  async unseen<T>(work: () => Promise<T>): Promise<T> {
    process.kill(this.probe.pid, 'SIGSTOP');
    try {
      return await work();
    } finally {
      process.kill(this.probe.pid, 'SIGCONT');
    }
  }

  /** The sending side of each life's datagram. */
  async datagramsOf(lives: Life[]): Promise<LifeFlow[]> {
    // Two of them may have had the same port, but each sent another number of bytes.
    const byEnd = new Map(lives.map((life) => [sentFrom(life.netns, life.datagramPort, life.sent), life]));
    const among = (events: FlowEvent[]) =>
      events.flatMap((flow): LifeFlow[] => {
        if (flow.type !== 'flow.opened' || flow.protocol !== 'udp') return [];
        const life = byEnd.get(sentFrom(flow.netns, flow.source.port, flow.sent.bytes));
        return life === undefined ? [] : [{ life, flow }];
      });
    await this.stream.until((events) => among(events).length >= lives.length);
    return among(this.stream.events);
  }

  /** The closed flows of both sides of each life's connection. */
  async flowsOf(lives: Life[]): Promise<LifeFlow[]> {
    await this.stream.until((events) => flowsAmong(events, lives).length >= 2 * lives.length);
    return flowsAmong(this.stream.events, lives);
  }
}

const sentFrom = (netns: number | undefined, port: number, sent: number) => `${netns}:${port} sent ${sent}`;

/** The closed flows, of either side, of the lives' connections. */
export function flowsAmong(events: FlowEvent[], lives: Life[]): LifeFlow[] {
  const byPid = new Map(lives.map((life) => [life.pid, life]));
  return events.flatMap((flow): LifeFlow[] => {
    const life = byPid.get(flow.process?.pid ?? 0);
    if (life === undefined || flow.type !== 'flow.closed' || flow.netns !== life.netns) return [];
    const port = flow.role === 'client' ? flow.dest.port : flow.source.port;
    return port === life.port ? [{ life, flow }] : [];
  });
}
