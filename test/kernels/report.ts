import type { Check } from '../../src/probe/check.ts';
import type { FlowRecord } from '../../src/wire/flow.ts';

/** What the test program found on one kernel: the whole of report.json. */
export interface GuestReport {
  /** The version that tells kernels apart, such as `6.1.192`; Debian's `uname -r` keeps its number for months. */
  kernel: string;
  /** `v2`, `hybrid` or `v1`: what is mounted. */
  cgroups: string;
  /** What `sysprobe check` says. */
  checks: Check[];
  programs: ProgramReport[];
  groups: GroupReport[];
  /** What kept the test program from its end. */
  error?: string;
}

export interface ProgramReport {
  object: string;
  name: string;
  section: string;
  /** How many the verifier walked through; 0 on kernels that do not tell (before 5.16). */
  verifiedInstructions: number;
  /** Why it does not load: the kernel's error and the end of the verifier's log. */
  error?: string;
  /** The name of the errno; EPERM to root is a policy of the machine, not of the kernel's version. */
  errorCode?: string;
}

export interface GroupReport {
  name: string;
  /** Why none of its cases was run; absent when they were. */
  unavailable?: string;
  /** What kept it from its end. */
  error?: string;
  cases: CaseReport[];
  /** The probe's loss counters behind them. */
  loss: Record<string, number>;
  /** Programs that the kernel skipped, and how often: no loss where another takes over. */
  skipped: Record<string, number>;
  seconds: number;
}

export interface CaseReport {
  name: string;
  /** Or conversations, or containers: how many of what the case is about. */
  connections: number;
  /** How the flows differ from what the two programs say they did; empty = exact. */
  differences: string[];
  /** Some of the flows that differ. */
  flows: FlowRecord[];
  /** What was measured beside it. */
  detail?: string;
}
