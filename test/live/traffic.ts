import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

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

const run = promisify(execFile);

/** Runs a case of traffic.py to its end. */
export async function traffic(name: string, options: Record<string, string | number> = {}): Promise<Traffic> {
  const flags = Object.entries(options).flatMap(([flag, value]) => [`--${flag}`, String(value)]);
  const { stdout } = await run('python3', ['test/live/traffic.py', name, ...flags], { timeout: 120_000 });
  return JSON.parse(stdout);
}
