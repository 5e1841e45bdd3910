import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/lib/package-root.ts';

const start = [process.execPath, join(packageRoot, 'scripts/start.mjs')];
let folder: string;
/** Takes a socket and a port, as another probe and another agent would. */
let taken: { socket: string; port: number; servers: Server[] };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sysprobe-refusals-'));
  const socket = join(folder, 'taken.sock');
  const servers = [await listen({ path: socket }), await listen({ host: '127.0.0.1', port: 0 })];
  const address = servers[1]?.address();
  taken = { socket, port: typeof address === 'object' && address ? address.port : 0, servers };
});

afterAll(() => {
  for (const server of taken.servers) server.close();
  rmSync(folder, { recursive: true });
});

function listen(where: { path: string } | { host: string; port: number }): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer().listen(where, () => resolve(server));
  });
}

/** Runs a command line that must end by itself; its one line is the answer. */
function refusal(command: readonly string[], env: Record<string, string> = {}): string {
  const [file = '', ...args] = command;
  const options = {
    cwd: packageRoot,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    timeout: 50_000,
  } as const;
  const { status, stderr } = spawnSync(file, args, options);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(status).toBe(1);
  return stderr;
}

describe('npm start refuses with one line', () => {
  it('who is not root', () => {
    // The one capability lets it read a checkout that only root can read.
    const user = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
    const capability = ['--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search'];
    expect(refusal([...user, ...capability, ...start])).toContain('sudo npm start');
  });

  it('a kernel that is too old', () => {
    expect(refusal(['setarch', '--uname-2.6', ...start])).toMatch(/Linux 2\.6\.\d+.* is too old; 5\.10/);
  });

  it('a kernel without BTF', () => {
    const hide = 'mount -t tmpfs none /sys/kernel/btf && exec "$@"';
    expect(refusal(['unshare', '--mount', 'sh', '-c', hide, 'sh', ...start])).toContain(
      'CONFIG_DEBUG_INFO_BTF=y',
    );
  });

  it('arguments', () => {
    expect(refusal([...start, '--port', '80'])).toContain('SYSPROBE_LISTEN_PORT=8080 npm start');
  });

  it('a value that is not allowed', () => {
    const line = refusal(start, { SYSPROBE_MAX_FLOWS: 'many' });
    expect(line).toContain('SYSPROBE_MAX_FLOWS: "many" is not allowed; give a whole number');
  });

  it('a socket that another probe serves', () => {
    const line = refusal(start, { SYSPROBE_SOCKET: taken.socket });
    expect(line).toContain(`another probe serves ${taken.socket}`);
  });

  it('a port that is taken', () => {
    const socket = join(folder, 'free.sock');
    const line = refusal(start, { SYSPROBE_SOCKET: socket, SYSPROBE_LISTEN_PORT: `${taken.port}` });
    expect(line).toContain(`port ${taken.port} of 127.0.0.1 is taken`);
    expect(existsSync(socket)).toBe(false);
  });
});
