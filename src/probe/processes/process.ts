import { NS_PER_TICK } from '../owners/proc-files.ts';

/** What is told of a process whenever it is told of. */
export interface ProcessFacts {
  pid: number;
  /** Nanoseconds since boot; of a process that was read from /proc, in steps of 10 ms. With the pid it names it for good. */
  startedNs: number;
  parentPid: number;
  /** In its own pid namespace. */
  namespacePid: number;
  uid: number;
  comm: string;
  /** 0 = not known. */
  netns: number;
  /** In the hierarchy that tells owners apart; 0 = not known. */
  cgroupId: number;
}

/** What it executes and how it was called; the arguments as they may be shown. */
export interface Execution {
  exe: string | undefined;
  args: readonly string[] | undefined;
  /** There are more of them. */
  argsCut: boolean;
}

/** Totals of its life, except `millicores`, which is the rate between the last two samples. */
export interface Usage {
  /** Nanoseconds since boot. */
  atNs: number;
  cpu?: CpuTime & { millicores?: number };
  memory?: { rssBytes: number; virtualBytes?: number };
}

export interface CpuTime {
  userUs: number;
  systemUs: number;
}

export interface ProcessExit {
  code: number;
  /** 0 = none ended it. */
  signal: number;
}

/** One life of one pid. Times are nanoseconds since boot; 0 = not known. */
export interface Process extends ProcessFacts, Execution {
  /** Programs that it was seen to execute; the last one is shown. */
  executions: number;
  exitedNs: number;
  exit: ProcessExit | undefined;
  oomKilled: boolean;
  usage: Usage | undefined;
}

const NOTHING: Execution = { exe: undefined, args: undefined, argsCut: false };

/** A fork goes on with what its parent executes. Field by field: to spread takes the engine ten times as long. */
export function newProcess(facts: ProcessFacts, { exe, args, argsCut }: Execution = NOTHING): Process {
  return {
    pid: facts.pid,
    startedNs: facts.startedNs,
    parentPid: facts.parentPid,
    namespacePid: facts.namespacePid,
    uid: facts.uid,
    comm: facts.comm,
    netns: facts.netns,
    cgroupId: facts.cgroupId,
    exe,
    args,
    argsCut,
    executions: 0,
    exitedNs: 0,
    exit: undefined,
    oomKilled: false,
    usage: undefined,
  };
}

/** It executes something; it may have another parent, user, namespace or cgroup since. */
export function execute(process: Process, facts: ProcessFacts, { exe, args, argsCut }: Execution): void {
  process.parentPid = facts.parentPid;
  process.uid = facts.uid;
  process.comm = facts.comm;
  process.netns = facts.netns;
  process.cgroupId = facts.cgroupId;
  process.exe = exe;
  process.args = args;
  process.argsCut = argsCut;
  process.executions++;
}

/** When it started, as /proc tells: in whole ticks, in which no pid is used twice. */
export function startTick({ startedNs }: Pick<ProcessFacts, 'startedNs'>): number {
  return Math.floor(startedNs / NS_PER_TICK);
}

export function isSame(one: Pick<ProcessFacts, 'pid' | 'startedNs'>, other: typeof one): boolean {
  return one.pid === other.pid && startTick(one) === startTick(other);
}
