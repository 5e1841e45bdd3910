import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { poll, startProbe } from '../test/live/probe.ts';
import type { Benchmark } from './figures.ts';
import { hold, residentMiB } from './load.ts';

const SOCKETS = 65_536;
const PORT = 7699;

/** Both programs with their flow tables full, and what one snapshot of them costs. */
export const memory: Benchmark = {
  name: 'memory',
  async run() {
    const probe = await startProbe(['--log-level', 'error']);
    const args = ['dist/node-agent.js', '--socket', probe.socket, '--listen-port', String(PORT)];
    const agent = spawn(process.execPath, [...args, '--log-level', 'error'], { stdio: 'inherit' });
    try {
      await poll(() => ready());
      const idle = [residentMiB(probe.pid), residentMiB(agent.pid ?? 0)];
      const load = await hold(SOCKETS / 2);
      await poll(async () => (await tableFill()) >= SOCKETS * 0.99, 60_000);
      await new Promise((resolve) => setTimeout(resolve, 6000));
      const full = [residentMiB(probe.pid), residentMiB(agent.pid ?? 0)];
      await load.release();
      const row = (what: string, index: number) => ({
        what: `resident memory of ${what} at ${SOCKETS} flows`,
        figure: `${full[index]?.toFixed(0)} MiB`,
        how: `idle ${idle[index]?.toFixed(0)} MiB; sockets hold ${SOCKETS / 2}`,
      });
      return [row('system-probe', 0), row('node-agent', 1)];
    } finally {
      const exit = once(agent, 'exit');
      agent.kill('SIGTERM');
      await exit;
      await probe.stop();
    }
  },
};

const ask = async (path: string) => fetch(`http://127.0.0.1:${PORT}${path}`);

async function ready(): Promise<boolean> {
  return ask('/ready').then(
    ({ ok }) => ok,
    () => false,
  );
}

async function tableFill(): Promise<number> {
  const { tables } = (await (await ask('/api/v1/status')).json()) as {
    tables: { name: string; used: number }[];
  };
  return tables.find(({ name }) => name === 'flows')?.used ?? 0;
}
