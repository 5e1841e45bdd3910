/**
 * The test program of `npm run test:kernels`, run in each guest from the repository's folder as root:
 * node guest.mjs REPORT. It writes a GuestReport to REPORT after each step, so that a guest that hangs tells where.
 */
import { writeFileSync } from 'node:fs';
import { release, version } from 'node:os';
import { checkMachine } from '../../src/probe/check.ts';
import { loadNative } from '../../src/probe/native.ts';
import { readCgroupMounts } from '../../src/probe/owners/cgroup-mounts.ts';
import { makeNamespacePair } from '../live/namespaces.ts';
import { type Following, type RunningProbe, startProbe } from '../live/probe.ts';
import { traffic } from '../live/traffic.ts';
import { type Case, casesOf, dropPackets } from './cases.ts';
import { compare } from './compare.ts';
import { loadPrograms } from './programs.ts';
import type { CaseReport, GuestReport } from './report.ts';
import { runShortLived } from './short-lived.ts';

/** An emulated processor is some thirty times slower. */
const deadlineMs = 60_000;

async function main(path: string): Promise<void> {
  const report: GuestReport = {
    kernel: kernelVersion(),
    cgroups: cgroupMode(),
    checks: [],
    programs: [],
    cases: [],
    loss: {},
  };
  const save = () => writeFileSync(path, JSON.stringify(report, undefined, 2));
  try {
    report.checks = checkMachine().checks;
    save();
    report.programs = loadPrograms(loadNative());
    save();
    await runCases(report, save);
  } catch (error) {
    report.error = (error as Error).stack ?? String(error);
  }
  save();
}

async function runCases(report: GuestReport, save: () => void): Promise<void> {
  const pair = makeNamespacePair('kernel');
  try {
    const probe = await startProbe([], deadlineMs);
    try {
      const stream = await probe.follow();
      for (const one of casesOf(pair)) {
        if (one.lossy) dropPackets(pair);
        report.cases.push(await runCase(one, stream));
        save();
      }
      report.cases.push(await runShortLived(stream, deadlineMs));
      save();
      report.loss = (await probe.status()).loss;
      stream.stop();
    } finally {
      await stopProbe(probe);
    }
  } finally {
    pair.remove();
  }
}

async function runCase({ name, options, ...expected }: Case, stream: Following): Promise<CaseReport> {
  const { connections, serverless = false } = expected;
  const before = stream.events.length;
  const done = await traffic(expected.traffic, { ...options, count: connections });
  const closed = () =>
    stream.events
      .slice(before)
      .filter(
        ({ type, source, dest }) => type === 'flow.closed' && [source.port, dest.port].includes(done.port),
      );
  const sides = connections * (serverless ? 1 : 2);
  // A flow that does not come is a difference, not the end of the program.
  await stream.until(() => closed().length >= sides, deadlineMs).catch(() => undefined);
  return { name, connections, ...compare(closed(), done, expected) };
}

async function stopProbe(probe: RunningProbe): Promise<void> {
  const code = await probe.stop();
  if (code !== 0) throw new Error(`system-probe ended with ${code}: ${probe.stderr()}`);
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

await main(process.argv[2] ?? 'report.json');
