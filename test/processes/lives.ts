import type { ProcessRecord } from '../../src/wire/process.ts';
import { command } from '../containers/command.ts';
import type { Following, RunningProbe } from '../live/probe.ts';

export type ProcessEvent = ProcessRecord & { type: string; cursor: string };

/** What lives.py knows of a process that it waited for. */
export interface Life {
  name: string;
  pid: number;
  expected: Partial<ProcessRecord>;
}

export async function runCases(): Promise<Life[]> {
  return JSON.parse(await command('python3', ['test/processes/lives.py']));
}

/**
 * A shell forks and waits for `count` processes, one after the other: number i exits with i modulo 100. Gives the pid
 * of the shell and how many ended with each code.
 */
export async function storm(count: number): Promise<{ pid: number; ends: Record<string, number> }> {
  const loop = `i=0; while [ $i -lt ${count} ]; do (exit $((i % 100))); i=$((i + 1)); done`;
  const pid = Number(await command('sh', ['-c', `echo $$; ${loop}`]));
  const ends: Record<string, number> = {};
  for (let i = 0; i < count; i++) ends[i % 100] = (ends[i % 100] ?? 0) + 1;
  return { pid, ends };
}

export const followProcesses = (probe: RunningProbe) => probe.followAll<ProcessEvent>('processes');

/** The event that tells of the end of `pid`. */
export async function endOf(stream: Following<ProcessEvent>, pid: number): Promise<ProcessEvent | undefined> {
  const isEnd = (event: ProcessEvent) => event.pid === pid && event.type === 'process.exited';
  await stream.until((events) => events.some(isEnd));
  return stream.events.find(isEnd);
}

/** The ends of the children of `parent`, counted by exit code. */
export function endsOf(events: readonly ProcessEvent[], parent: number): Record<string, number> {
  const ends: Record<string, number> = {};
  for (const { type, parentPid, exitCode } of events) {
    if (type !== 'process.exited' || parentPid !== parent) continue;
    ends[String(exitCode)] = (ends[String(exitCode)] ?? 0) + 1;
  }
  return ends;
}
