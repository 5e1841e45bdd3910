import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { paced } from './pace.ts';
import { exitOf } from './probe.ts';

export interface End {
  pid: number;
  sent: number;
  received: number;
}

/** What the two programs say they did. A refused connection has no server. */
export interface Traffic {
  port: number;
  client: End;
  server: End;
}

export interface RunningTraffic {
  port: number;
  /** Lets go of a connection that is held until it is told (`hold: 'told'`). */
  release(): void;
  /** Its report. */
  done: Promise<Traffic>;
  /** Ends it early, and waits until it has ended. */
  stop(): Promise<void>;
}

/** Of this process: a question that names a port means one case. */
const usedPorts = new Set<number>();

/** Starts a case of traffic.py. */
export async function startTraffic(
  name: string,
  options: Record<string, string | number> = {},
): Promise<RunningTraffic> {
  const flags = Object.entries(options).flatMap(([flag, value]) => [`--${flag}`, String(value)]);
  const avoid = options.port === undefined ? ['--avoid', ...[...usedPorts].map(String)] : [];
  const child = spawn('python3', ['test/live/traffic.py', name, ...flags, ...avoid], {
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: paced(120_000),
  });
  let last = '';
  let stderr = '';
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    last = line;
  });
  const ended = Promise.all([exitOf(child), once(lines, 'close')]).then(([code]) => {
    if (code !== 0) throw new Error(`traffic.py ${name} failed: ${stderr}`);
    return JSON.parse(last) as Traffic;
  });
  const first = await Promise.race([once(lines, 'line').then(([line]) => JSON.parse(line)), ended]);
  usedPorts.add(first.port);
  return {
    port: first.port,
    release: () => child.stdin.end(),
    done: ended,
    stop: async () => {
      child.kill();
      await ended.catch(() => undefined);
    },
  };
}

/** Runs a case of traffic.py to its end. */
export async function traffic(name: string, options: Record<string, string | number> = {}): Promise<Traffic> {
  return (await startTraffic(name, options)).done;
}
