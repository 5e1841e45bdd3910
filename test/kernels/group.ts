import type { Following, RunningProbe } from '../live/probe.ts';
import type { CaseReport, GuestReport } from './report.ts';

/** What the cases of a group have to work with: a probe that nobody else uses. */
export interface GroupContext {
  probe: RunningProbe;
  stream: Following;
}

/** Cases that share one run of the probe. groups.ts lists them all. */
export interface CaseGroup {
  /** Heads its rows in docs/kernel-support.md. */
  name: string;
  /** Flags of its probe. */
  flags: string[];
  /** Only where it is asked for by name. */
  byNameAlone?: boolean;
  /** Needs the files of the image, whose folder is GUEST_IMAGE. */
  needsImage?: boolean;
  /** Another way to start its probe than from the checkout. */
  start?(flags: string[]): Promise<RunningProbe>;
  /** Why this machine cannot run it, though nothing is wrong; undefined when it can. */
  unavailable?(report: GuestReport): string | undefined;
  /** Changes the machine before the probe starts; returns what changes it back. */
  prepare?(): () => void;
  /** Loss counters that its cases compare themselves, because something has to be lost. */
  lossCompared?: string[];
  /** Runs one case after another. What differs is a difference of the case; what throws ends the group. */
  run(context: GroupContext): AsyncIterable<CaseReport>;
}

/** A case that is exact, or differs as `compare` throws. */
export async function caseOf(
  name: string,
  connections: number,
  compare: () => Promise<string | undefined>,
): Promise<CaseReport> {
  const report = { name, connections, flows: [] };
  try {
    const detail = await compare();
    return { ...report, differences: [], ...(detail !== undefined && { detail }) };
  } catch (error) {
    return { ...report, differences: [(error as Error).message] };
  }
}

/** The cases of several groups, all with the one probe of another. */
export async function* casesOf(
  groups: readonly CaseGroup[],
  context: GroupContext,
): AsyncGenerator<CaseReport> {
  for (const group of groups) {
    for await (const one of group.run(context)) yield { ...one, name: `${group.name}: ${one.name}` };
  }
}
