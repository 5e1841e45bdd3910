import { closeSync, openSync, readFileSync, readlinkSync, readSync, statSync } from 'node:fs';
import { type CgroupMounts, ownerHierarchy } from '../owners/cgroup-mounts.ts';
import { NS_PER_TICK, parseExe, parseHierarchies, parseStatus, parseUsage } from '../owners/proc-files.ts';
import { tryRead } from '../sockdiag/proc-entries.ts';
import { parseArguments } from './arguments.ts';
import type { Execution, ProcessFacts } from './process.ts';

/** As much as the kernel side copies. */
const MAX_ARGS_BYTES = 4096;

export interface ProcReaderOptions {
  procRoot: string;
  mounts: CgroupMounts;
  /** Turns arguments into what may be shown of them; without it they are not read. */
  showArgs: ((args: string[]) => string[]) | undefined;
}

/** Reads processes from /proc: whatever vanishes meanwhile or may not be read is absent. */
export class ProcReader {
  readonly #procRoot: string;
  readonly #showArgs: ProcReaderOptions['showArgs'];
  readonly #cgroupRoot: string | undefined;
  readonly #controller: string;

  constructor({ procRoot, mounts, showArgs }: ProcReaderOptions) {
    const { root, version } = ownerHierarchy(mounts, procRoot);
    this.#procRoot = procRoot;
    this.#showArgs = showArgs;
    this.#cgroupRoot = root;
    this.#controller = version === 2 ? '' : 'memory';
  }

  /** Undefined for one that is not there, that has ended, or that is a thread of the kernel. */
  read(pid: number): { facts: ProcessFacts; execution: Execution } | undefined {
    const usage = parseUsage(this.#text(pid, 'stat') ?? '');
    const status = parseStatus(this.#text(pid, 'status') ?? '');
    if (usage === undefined || status === undefined) return undefined;
    if (usage.isKernelThread || (usage.isZombie && usage.threads <= 1)) return undefined;
    const { comm, parentPid, startTicks } = usage;
    const facts = {
      pid,
      startedNs: startTicks * NS_PER_TICK,
      parentPid,
      ...status,
      comm,
      netns: this.#netns(pid),
      cgroupId: this.#cgroupId(pid),
    };
    return { facts, execution: { exe: this.exe(pid), ...this.args(pid) } };
  }

  exe(pid: number): string | undefined {
    const target = orUndefined(() => readlinkSync(this.#path(pid, 'exe')));
    return target === undefined ? undefined : parseExe(target);
  }

  args(pid: number): Pick<Execution, 'args' | 'argsCut'> {
    if (this.#showArgs === undefined) return { args: undefined, argsCut: false };
    const bytes = orUndefined(() => readHead(this.#path(pid, 'cmdline'), MAX_ARGS_BYTES + 1));
    if (bytes === undefined || bytes.length === 0) return { args: undefined, argsCut: false };
    const { args, argsCut } = parseArguments(trimmed(bytes), bytes.length > MAX_ARGS_BYTES);
    return { args: this.#showArgs(args), argsCut };
  }

  #text(pid: number, name: string): string | undefined {
    return orUndefined(() => readFileSync(this.#path(pid, name), 'utf8'));
  }

  #path(pid: number, name: string): string {
    return `${this.#procRoot}/${pid}/${name}`;
  }

  #netns(pid: number): number {
    const target = orUndefined(() => readlinkSync(this.#path(pid, 'ns/net')));
    return Number(/^net:\[(\d+)\]$/.exec(target ?? '')?.[1] ?? 0);
  }

  #cgroupId(pid: number): number {
    const path = parseHierarchies(this.#text(pid, 'cgroup') ?? '').get(this.#controller);
    if (path === undefined || this.#cgroupRoot === undefined || path.startsWith('/..')) return 0;
    return orUndefined(() => statSync(this.#cgroupRoot + path))?.ino ?? 0;
  }
}

function orUndefined<T>(read: () => T): T | undefined {
  const found = tryRead(read);
  return 'value' in found ? found.value : undefined;
}

function readHead(path: string, size: number): Uint8Array {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(size);
    return buffer.subarray(0, readSync(file, buffer, 0, size, 0));
  } finally {
    closeSync(file);
  }
}

/** A process that writes a title over its arguments leaves NULs behind it. */
function trimmed(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return bytes.subarray(0, end);
}
