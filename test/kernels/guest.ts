/**
 * The test program of `npm run test:kernels`, run in each guest from the repository's folder as root:
 * node guest.mjs REPORT. It writes a GuestReport to REPORT after each step, so that a guest that hangs
 * tells where. GUEST_GROUPS is a JSON list of the groups to run; empty, it runs all.
 * node guest.mjs --list prints the name of each group, and whether it needs the image, as JSON.
 */
import { writeFileSync } from 'node:fs';
import { release, version } from 'node:os';
import { checkMachine } from '../../src/probe/check.ts';
import { loadNative } from '../../src/probe/native.ts';
import { readCgroupMounts } from '../../src/probe/owners/cgroup-mounts.ts';
import { takePace } from '../live/pace.ts';
import { startProbe } from '../live/probe.ts';
import type { CaseGroup } from './group.ts';
import { groups } from './groups.ts';
import { loadPrograms } from './programs.ts';
import type { GroupReport, GuestReport } from './report.ts';

async function main(path: string): Promise<void> {
  const report: GuestReport = {
    kernel: kernelVersion(),
    cgroups: cgroupMode(),
    checks: [],
    programs: [],
    groups: [],
  };
  const save = () => writeFileSync(path, JSON.stringify(report, undefined, 2));
  try {
    report.checks = checkMachine().checks;
    save();
    report.programs = loadPrograms(loadNative());
    save();
    for (const group of groups.filter(isWanted)) await runGroup(group, report, save);
  } catch (error) {
    report.error = textOf(error);
  }
  save();
}

function isWanted({ name, byNameAlone = false }: CaseGroup): boolean {
  const wanted: string[] = JSON.parse(process.env.GUEST_GROUPS ?? '[]');
  return wanted.includes(name) || (wanted.length === 0 && !byNameAlone);
}

/** A group that ends early does not keep the others from running. */
async function runGroup(group: CaseGroup, report: GuestReport, save: () => void): Promise<void> {
  const unavailable = group.unavailable?.(report);
  const result: GroupReport = { name: group.name, cases: [], loss: {}, skipped: {}, seconds: 0 };
  report.groups.push(result);
  if (unavailable !== undefined) {
    result.unavailable = unavailable;
    return save();
  }
  const started = performance.now();
  try {
    await runCases(group, result, save);
  } catch (error) {
    result.error = textOf(error);
  }
  result.seconds = Math.round((performance.now() - started) / 1000);
  save();
}

async function runCases(group: CaseGroup, result: GroupReport, save: () => void): Promise<void> {
  // Before each: how fast an emulated machine is depends on what else its host does.
  takePace();
  const restore = group.prepare?.();
  try {
    await runWithProbe(group, result, save);
  } finally {
    restore?.();
  }
}

async function runWithProbe(group: CaseGroup, result: GroupReport, save: () => void): Promise<void> {
  const probe = await (group.start ?? startProbe)(group.flags);
  try {
    const stream = await probe.follow();
    for await (const one of group.run({ probe, stream })) {
      result.cases.push(one);
      save();
    }
    const { loss, sources } = await probe.status();
    result.loss = loss;
    for (const { name, skipCount } of sources.flatMap(({ programs }) => programs)) {
      if (skipCount > 0) result.skipped[name] = skipCount;
    }
    for (const counter of group.lossCompared ?? []) delete result.loss[counter];
    stream.stop();
  } finally {
    const code = await probe.stop();
    if (code !== 0) result.error = `system-probe ended with ${code}: ${probe.stderr()}`;
  }
}

function textOf(error: unknown): string {
  return (error as Error).stack ?? String(error);
}

/** Debian writes its own version into the kernel's; others have theirs in the release. */
function kernelVersion(): string {
  return /Debian (\d+\.\d+\.\d+)/.exec(version())?.[1] ?? release().replace(/[^\d.].*/, '');
}

function cgroupMode(): string {
  const { unified, legacy } = readCgroupMounts('/proc', '/sys/fs/cgroup');
  if (unified === undefined) return 'v1';
  return legacy ? 'hybrid' : 'v2';
}

const [, , path = 'report.json'] = process.argv;
if (path === '--list')
  console.log(JSON.stringify(groups.map(({ name, needsImage = false }) => ({ name, needsImage }))));
else await main(path);
