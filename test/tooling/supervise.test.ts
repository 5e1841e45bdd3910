import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { packageRoot } from '../../src/lib/package-root.ts';
import { freePort } from '../live/ports.ts';

const patience = { timeout: 50_000, interval: 50 };

let folder: string;
let socket: string;
let page: string;
let start: ChildProcess;
let output: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sysprobe-supervise-'));
  chmodSync(folder, 0o755); // the agent goes through it
  socket = join(folder, 'run/probe.sock');
  const port = freePort();
  page = `http://127.0.0.1:${port}/`;
  output = '';
  start = spawn(process.execPath, [join(packageRoot, 'scripts/start.mjs')], {
    cwd: packageRoot,
    env: { ...process.env, SYSPROBE_SOCKET: socket, SYSPROBE_LISTEN_PORT: `${port}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const keep = (chunk: Buffer) => {
    output += chunk;
  };
  start.stdout?.on('data', keep);
  start.stderr?.on('data', keep);
  await vi.waitFor(() => expect(output).toMatch(/\d flows\/s/), patience);
});

afterEach(async () => {
  start.kill('SIGKILL');
  await vi.waitFor(() => expect(programs()).toEqual([]), patience);
  rmSync(folder, { recursive: true });
});

interface Program {
  pid: number;
  command: string;
  /** The text of /proc/PID/status. */
  status: string;
}

/** The programs of this run that live, whoever their parent is by now. */
function programs(): Program[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    const read = (file: string) => readFileSync(`/proc/${pid}/${file}`, 'utf8');
    try {
      const program = { pid: Number(pid), command: read('cmdline'), status: read('status') };
      const isOurs = read('environ').includes(`SYSPROBE_SOCKET=${socket}\0`);
      return isOurs && program.command.includes('/dist/') ? [program] : [];
    } catch {
      return []; // ended meanwhile
    }
  });
}

function program(name: string): Program {
  const found = programs().find(({ command }) => command.includes(`/dist/${name}.js`));
  if (found === undefined) throw new Error(`${name} does not run; npm start said:\n${output}`);
  return found;
}

async function exitCode(): Promise<number | null> {
  if (start.exitCode === null) await once(start, 'exit');
  return start.exitCode;
}

describe('npm start', () => {
  it('shows where to look, and both programs answer there', async () => {
    expect(output).toContain(page);
    expect(output).toContain(socket);
    expect(output).toContain(`npx sysprobe flows --socket ${socket}`);
    expect((await fetch(page)).status).toBe(200);
    expect((await fetch(new URL('ready', page))).status).toBe(200);
    expect(statSync(socket).mode & 0o777).toBe(0o660);
  });

  it('runs the agent without a capability, open to the socket by its group alone', () => {
    const { status } = program('node-agent');
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) {
      expect(status).toMatch(new RegExp(`^${set}:\\s+0+$`, 'm'));
    }
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
    expect(status).toMatch(/^Groups:\s*$/m);
    expect(status).toMatch(new RegExp(`^Gid:\\s+${statSync(socket).gid}\\s`, 'm'));
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('stops both on %s and ends with 0', async (signal) => {
    start.kill(signal);
    expect(await exitCode()).toBe(0);
    expect(programs()).toEqual([]);
    expect(existsSync(socket)).toBe(false);
  });

  it.each(['system-probe', 'node-agent'])('stops the other when %s dies, and says so', async (name) => {
    process.kill(program(name).pid, 'SIGKILL');
    expect(await exitCode()).toBe(1);
    expect(output.trimEnd().split('\n').at(-1)).toBe(`sysprobe: ${name} ended (SIGKILL)`);
    expect(programs()).toEqual([]);
  });

  it('leaves nothing behind when it is killed itself', async () => {
    start.kill('SIGKILL');
    await vi.waitFor(() => expect(programs()).toEqual([]), patience);
    expect(existsSync(socket)).toBe(false);
  });
});
