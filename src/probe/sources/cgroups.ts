import { SysprobeError } from '../../lib/errors.ts';
import { CgroupRecord, LossCounter, RecordKind } from '../events.gen.ts';
import type { BpfObject, Native, NativeError, ProgramInfo } from '../native.ts';
import type { CgroupChanges } from '../owners/cgroup-tree.ts';
import { loadObject, refused } from './bpf-object.ts';
import { skippedRuns, twinOf } from './twins.ts';

export interface CgroupSourceOptions {
  native: Native;
  /** The kernel's number of the hierarchy to tell of. */
  hierarchy: number;
  /** Keep the kernel's run statistics of the programs on. */
  runStats: boolean;
  /** Changes are waiting: call drain() soon. */
  onBacklog(): void;
  /** Told of every change too, with its time in nanoseconds since boot. */
  listener: CgroupListener;
}

export interface CgroupListener {
  made(id: number, path: string, atNs: number): void;
  removed(id: number, atNs: number): void;
}

/** About 2000 containers made and removed between two calls of drain(). */
const RING_BYTES = 512 * 1024;
const BATCH_BYTES = 64 * 1024;

/**
 * Cgroups of one hierarchy as they are made and removed, from bpf/cgroup.bpf.c. Constructing it loads and
 * attaches the programs; where the kernel refuses them, it tells of nothing, and `refusal` says why.
 */
export class CgroupSource implements CgroupChanges {
  readonly refusal: string | undefined;
  readonly #object: BpfObject | undefined;
  readonly #listener: CgroupListener;
  readonly #batch = new Uint8Array(BATCH_BYTES);
  readonly #record = new CgroupRecord(new DataView(this.#batch.buffer));

  /** Throws SP_ADDON_MISMATCH or SP_BPF_OBJECT_INVALID. */
  constructor(options: CgroupSourceOptions) {
    this.#listener = options.listener;
    try {
      this.#object = start(options);
    } catch (error) {
      if (!(error instanceof SysprobeError) || error.code !== 'SP_BPF_REFUSED') throw error;
      this.refusal = error.message;
    }
  }

  drain(to: Parameters<CgroupChanges['drain']>[0]): void {
    if (this.#object === undefined) return;
    const record = this.#record;
    for (;;) {
      const bytes = this.#object.drain('events', this.#batch);
      for (record.offset = 0; record.offset < bytes; record.offset += (record.size + 7) & ~7) {
        const { cgroupId, atNs } = record;
        if (record.kind === RecordKind.CGROUP_MADE) {
          const { path } = record;
          to.made(cgroupId, path);
          this.#listener.made(cgroupId, path, atNs);
        } else {
          to.removed(cgroupId);
          this.#listener.removed(cgroupId, atNs);
        }
      }
      if (bytes < BATCH_BYTES / 2) return;
    }
  }

  /** What the kernel side could not deliver, by name. */
  losses(): Record<string, number> {
    const counts = this.#object?.counters('loss') ?? [];
    return {
      ringCgroup: counts[LossCounter.RING_CGROUP] ?? 0,
      cgroupPathsCut: counts[LossCounter.CGROUP_PATH] ?? 0,
      cgroupRunsSkipped: skippedRuns(this.programs()),
    };
  }

  programs(): ProgramInfo[] {
    return this.#object?.programs() ?? [];
  }

  close(): void {
    this.#object?.close();
  }
}

function start({ native, hierarchy, runStats, onBacklog }: CgroupSourceOptions): BpfObject {
  const object = loadObject(native, 'cgroup', (opened) => {
    opened.setMaxEntries('events', RING_BYTES);
    opened.setKnob('hierarchy_id', hierarchy);
  });
  try {
    if (runStats) object.enableRunStats();
    object.openRing('events', onBacklog);
    object.attach(twinOf(object, 'cgroup_made'));
    object.attach(twinOf(object, 'cgroup_removed'));
    return object;
  } catch (cause) {
    object.close();
    throw refused('cgroup', cause as NativeError);
  }
}
