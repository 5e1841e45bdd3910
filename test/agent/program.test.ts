import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { packageRoot } from '../../src/lib/package-root.ts';
import { socketPath, TestProbe, until } from './harness.ts';

interface Run {
  child: ChildProcess;
  /** The last of the JSON lines that it logged which has this message. */
  logged(message: string): Record<string, unknown> | undefined;
  output(): { stdout: string; stderr: string };
  ended: Promise<number | null>;
}

function runProgram(...args: string[]): Run {
  const command = ['--import', 'tsx', 'src/agent/main.ts', ...args];
  const child = spawn(process.execPath, command, { cwd: packageRoot, env: { PATH: process.env.PATH } });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  const logged = (message: string) =>
    stderr
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line))
      .findLast(({ msg }) => msg === message);
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return { child, logged, output: () => ({ stdout, stderr }), ended };
}

it.each(['SIGTERM', 'SIGINT'] as const)('serves what it reads, and stops at once on %s', async (signal) => {
  const socket = socketPath();
  await new TestProbe(socket).start();
  const { child, logged, output, ended } = runProgram('--socket', socket, '--listen-port', '0');
  const line = await until(
    () => logged('serving'),
    (found) => found !== undefined,
  );
  await until(
    async () => (await fetch(`${line?.url}/ready`)).status,
    (status) => status === 200,
  );
  const stream = await fetch(`${line?.url}/api/v1/map`, { headers: { accept: 'text/event-stream' } });
  child.kill(signal);
  expect(await ended).toBe(0);
  expect(await stream.text()).toMatch(/^retry: 2000\nevent: map\n/);
  expect(logged('stopping')).toMatchObject({ signal });
  expect(output().stdout).toBe('');
});

it('says in one line that its port is taken', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    other.close();
  });
  const { port } = other.address() as { port: number };
  const { output, ended } = runProgram('--socket', socketPath(), '--listen-port', String(port));
  expect(await ended).toBe(1);
  expect(output().stderr).toBe(
    `node-agent: port ${port} of 127.0.0.1 is taken; stop what listens there, or give another with --listen-port ` +
      '(SP_PORT_IN_USE)\n',
  );
});

it('says in one line what of its configuration is wrong', async () => {
  const { output, ended } = runProgram('--listen-port', 'many');
  expect(await ended).toBe(2);
  expect(output().stderr).toMatch(/^node-agent: .*--listen-port.*many.*\(SP_CONFIG_INVALID\)\n$/);
});

it('tells its options', async () => {
  const { output, ended } = runProgram('--help');
  expect(await ended).toBe(0);
  expect(output().stdout).toContain('--listen-port');
});
