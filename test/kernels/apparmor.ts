import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/lib/package-root.ts';
import { command } from '../containers/command.ts';

/** The name inside the file is that of the file. */
export const PROFILE = 'sysprobe-system-probe';
const file = join(packageRoot, 'manifests/profiles', PROFILE);
/** The profile lets the probe map what lies there, and so a python that tries what a probe must not do. */
const attempts = '/opt/sysprobe/attempts';

export function kernelHasAppArmor(): boolean {
  const enabled = '/sys/module/apparmor/parameters/enabled';
  return existsSync(enabled) && readFileSync(enabled, 'utf8').trim() === 'Y';
}

/** Loads the profile; returns what removes it. */
export function loadProfile(): () => void {
  // Else only ten refusals in five seconds reach the kernel's log.
  writeFileSync('/proc/sys/kernel/printk_ratelimit', '0');
  execFileSync('apparmor_parser', ['--replace', '--skip-cache', file]);
  return () => execFileSync('apparmor_parser', ['--remove', file]);
}

/** What the kernel has refused to the profile so far, each as a line of its log. */
export async function denials(): Promise<string[]> {
  const lines = (await command('dmesg', ['--notime'])).split('\n');
  return lines.filter((line) => line.includes('apparmor="DENIED"') && line.includes(`profile="${PROFILE}"`));
}

/** The kinds of operations among such lines, sorted. */
export function operationsOf(lines: readonly string[]): string[] {
  return [...new Set(lines.flatMap((line) => /operation="([^"]+)"/.exec(line)?.[1] ?? []))].sort();
}

/** What came of each thing that the probe must not do: as root with every capability, and the same under the profile. */
export async function attempt(): Promise<{ free: Outcomes; confined: Outcomes }> {
  mkdirSync(attempts, { recursive: true });
  const [python, script] = [join(attempts, 'python3'), join(attempts, 'attempts.py')];
  copyFileSync(realpathSync('/usr/bin/python3'), python);
  copyFileSync(join(packageRoot, 'test/kernels/attempts.py'), script);
  const line = [python, script, String(process.pid)];
  const [program = '', ...args] = line;
  const free = JSON.parse(await command(program, args));
  const confined = JSON.parse(await command('aa-exec', ['--profile', PROFILE, '--', ...line]));
  return { free, confined };
}

type Outcomes = Record<string, 'done' | 'refused'>;
