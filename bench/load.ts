import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const binary = compiled('sockets');

/** The program of bench/NAME.c. */
export function compiled(name: string): string {
  const path = join(tmpdir(), `sysprobe-bench-${name}-${process.pid}`);
  execFileSync('cc', ['-O2', '-pthread', `bench/${name}.c`, '-o', path]);
  process.once('exit', () => rmSync(path, { force: true }));
  return path;
}

type Mode = 'churn' | 'stream' | 'pingpong' | 'datagrams';

/** Runs a mode of sockets.c; seconds. */
export function load(mode: Mode, amount: number): number {
  return measured(mode, amount)[0] ?? Number.NaN;
}

/** The same; seconds of the processor, which other programs on it change less. */
export function loadCpu(mode: Mode, amount: number): number {
  return measured(mode, amount)[1] ?? Number.NaN;
}

function measured(mode: Mode, amount: number): number[] {
  return execFileSync(binary, [mode, String(amount)], { encoding: 'utf8' })
    .split(' ')
    .map(Number);
}

/** Keeps connections open until `release` is called. */
export async function hold(connections: number): Promise<{ release(): Promise<void> }> {
  const child = spawn(binary, ['hold', String(connections)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  await once(child.stdout, 'data');
  return {
    async release() {
      child.stdin.end();
      await exit;
    },
  };
}

/** Resident memory of a process in MiB. */
export function residentMiB(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) / 1024;
}

/** CPU seconds that a process has used. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
