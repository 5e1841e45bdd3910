import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitOf } from './probe.ts';

/** Events that the stream has for a connection at least: each of its two sides closes. */
export const EVENTS_PER_CONNECTION = 2;

/** Opens and closes connections of one byte over loopback as fast as the kernel can, one after the other. */
export async function churn(connections: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sysprobe-churn-'));
  try {
    const program = join(folder, 'sockets');
    execFileSync('cc', ['-O2', '-pthread', 'bench/sockets.c', '-o', program]);
    const child = spawn(program, ['churn', String(connections)], { stdio: ['ignore', 'ignore', 'inherit'] });
    const code = await exitOf(child);
    if (code !== 0) throw new Error(`sockets churn ended with ${code}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
