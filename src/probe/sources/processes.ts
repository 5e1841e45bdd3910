import { SysprobeError } from '../../lib/errors.ts';
import { LossCounter, OomRecord, ProcessFlag, ProcessRecord, RecordKind } from '../events.gen.ts';
import type { BpfObject, Native, NativeError, ProgramInfo } from '../native.ts';
import { loadObject, refused } from './bpf-object.ts';
import { skippedRuns, twinOf } from './twins.ts';

export interface ProcessSourceOptions {
  native: Native;
  /** Off: what processes were called with stays in the kernel. */
  copyArgs: boolean;
  /** No cgroup2 tells containers apart: the cgroup of a process is the one in the memory hierarchy of v1. */
  cgroupV1: boolean;
  /** A power of two, at least a page. */
  ringBytes: number;
  /** Keep the kernel's run statistics of the programs on. */
  runStats: boolean;
  /** Data is waiting past the wake-up limit: call drain() soon. */
  onBacklog(): void;
}

/** Told of records in their order; they are valid during the call. */
export interface ProcessListener {
  /** Records were taken from the kernel, and are about to be told of. */
  taken(): void;
  forked(record: ProcessRecord): void;
  executed(record: ProcessRecord, copied: Copied): void;
  exited(record: ProcessRecord): void;
  oomKilled(record: OomRecord): void;
}

/** What was copied of an execution, as bpf/events.h tells; undefined where it was not. */
export interface Copied {
  names: Uint8Array | undefined;
  args: Uint8Array | undefined;
  argsCut: boolean;
  isOfKernel: boolean;
}

const DRAIN_BYTES = 1024 * 1024;
const PROGRAMS = ['process_forked', 'process_executed', 'process_exited'] as const;

/**
 * Processes as they are forked, execute and exit, from bpf/process.bpf.c. Constructing it loads and attaches the
 * programs; where the kernel refuses them, it tells of nothing, and `refusal` says why. `oomRefusal` does where only
 * the one for kills is refused.
 */
export class ProcessSource {
  readonly refusal: string | undefined;
  readonly oomRefusal: string | undefined;
  readonly #object: BpfObject | undefined;
  readonly #batch = new Uint8Array(DRAIN_BYTES);
  readonly #process = new ProcessRecord(new DataView(this.#batch.buffer));
  readonly #oom = new OomRecord(new DataView(this.#batch.buffer));

  /** Throws SP_ADDON_MISMATCH or SP_BPF_OBJECT_INVALID. */
  constructor(options: ProcessSourceOptions) {
    try {
      this.#object = start(options);
    } catch (error) {
      if (!(error instanceof SysprobeError) || error.code !== 'SP_BPF_REFUSED') throw error;
      this.refusal = error.message;
      return;
    }
    try {
      this.#object.attach(twinOf(this.#object, 'oom_killed'));
    } catch (error) {
      this.oomRefusal = (error as NativeError).message;
    }
  }

  get isOn(): boolean {
    return this.#object !== undefined;
  }

  /** Hands over every record that is waiting. */
  drain(to: ProcessListener): void {
    if (this.#object === undefined) return;
    for (let bytes = DRAIN_BYTES; bytes >= DRAIN_BYTES / 2; ) {
      bytes = this.#object.drain('events', this.#batch);
      if (bytes > 0) to.taken();
      this.#apply(bytes, to);
    }
  }

  /** What the kernel side could not deliver, by name. */
  losses(): Record<string, number> {
    const counts = this.#object?.counters('loss') ?? [];
    return {
      ringProcessStarted: counts[LossCounter.RING_STARTED] ?? 0,
      ringProcessExited: counts[LossCounter.RING_EXITED] ?? 0,
      ringOomKilled: counts[LossCounter.RING_OOM] ?? 0,
      processRunsSkipped: skippedRuns(this.programs()),
    };
  }

  programs(): ProgramInfo[] {
    return this.#object?.programs() ?? [];
  }

  close(): void {
    this.#object?.close();
  }

  #apply(bytes: number, to: ProcessListener): void {
    const record = this.#process;
    for (record.offset = 0; record.offset < bytes; record.offset += (record.size + 7) & ~7) {
      switch (record.kind) {
        case RecordKind.PROCESS_FORKED:
          to.forked(record);
          break;
        case RecordKind.PROCESS_EXECUTED:
          to.executed(record, this.#copied(record));
          break;
        case RecordKind.PROCESS_EXITED:
          to.exited(record);
          break;
        case RecordKind.OOM_KILLED:
          this.#oom.offset = record.offset;
          to.oomKilled(this.#oom);
          break;
      }
    }
  }

  #copied({ offset, namesSize, argsSize, flags }: ProcessRecord): Copied {
    const names = offset + ProcessRecord.size;
    const args = names + namesSize;
    const areNamesWhole = namesSize > 0 && (flags & ProcessFlag.PATH_CUT) === 0;
    return {
      names: areNamesWhole ? this.#batch.subarray(names, args) : undefined,
      args: argsSize > 0 ? this.#batch.subarray(args, args + argsSize) : undefined,
      argsCut: (flags & ProcessFlag.ARGS_CUT) !== 0,
      isOfKernel: (flags & ProcessFlag.OF_KERNEL) !== 0,
    };
  }
}

function start({
  native,
  copyArgs,
  cgroupV1,
  ringBytes,
  runStats,
  onBacklog,
}: ProcessSourceOptions): BpfObject {
  const object = loadObject(native, 'process', (opened) => {
    opened.setMaxEntries('events', ringBytes);
    opened.setKnob('wakeup_backlog_bytes', Math.floor(ringBytes / 8));
    opened.setKnob('copy_args', Number(copyArgs));
    opened.setKnob('cgroup_v1', Number(cgroupV1));
  });
  try {
    if (runStats) object.enableRunStats();
    object.openRing('events', onBacklog);
    for (const program of PROGRAMS) object.attach(twinOf(object, program));
    return object;
  } catch (cause) {
    object.close();
    throw refused('process', cause as NativeError);
  }
}
