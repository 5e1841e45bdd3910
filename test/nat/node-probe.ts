import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FlowRecord } from '../../src/wire/flow.ts';
import type { Status } from '../../src/wire/status.ts';
import { getJson, poll } from '../live/probe.ts';
import type { Namespace } from './topology.ts';

export interface NodeProbe {
  status(): Promise<Status>;
  /** The two flows of the connection from this port, the client's first, once the probe has them. */
  flowsFrom(port: number, family: 'ipv4' | 'ipv6'): Promise<FlowRecord[]>;
  stop(): Promise<void>;
}

/** A probe for which process 1 is in the namespace that has the NAT, as on a node. */
export async function startNodeProbe(node: Namespace): Promise<NodeProbe> {
  const folder = mkdtempSync(join(tmpdir(), 'sysprobe-nat-'));
  const socketPath = join(folder, 'probe.sock');
  const inNode = ['netns', 'exec', node.name];
  const asFirst = ['unshare', '--pid', '--fork', '--kill-child=SIGTERM', '--mount-proc'];
  const probe = [process.execPath, 'dist/system-probe.js', '--socket', socketPath, '--log-level', 'error'];
  const child = spawn('ip', [...inNode, ...asFirst, ...probe], { stdio: ['ignore', 'ignore', 'inherit'] });
  const get = (path: string) => getJson(socketPath, path);
  await poll(() =>
    get('/v1/status').then(
      () => true,
      () => false,
    ),
  );
  return {
    status: () => get('/v1/status') as Promise<Status>,
    async flowsFrom(port, family) {
      let found: FlowRecord[] = [];
      await poll(async () => {
        const { flows } = (await get('/v1/flows?all=true')) as { flows: FlowRecord[] };
        const isOf = ({ source, dest, translated }: FlowRecord) =>
          [source, dest, translated?.dest].some((end) => end?.port === port);
        found = flows.filter((flow) => flow.family === family && isOf(flow));
        return found.length === 2;
      });
      return found.sort((a, b) => (a.role ?? '').localeCompare(b.role ?? ''));
    },
    async stop() {
      if (child.exitCode === null) {
        // unshare waits for the probe whatever it is told, and the probe gets a SIGTERM when unshare ends.
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
