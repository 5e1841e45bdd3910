import { readFileSync } from 'node:fs';
import { TimeSlice } from '../../lib/time-slice.ts';
import { parseUsage } from '../owners/proc-files.ts';
import { FileReader } from '../saturation/file-reader.ts';
import { type Process, startTick, type Usage } from './process.ts';

/** USER_HZ is 100 on every architecture that Node.js runs on. */
const US_PER_TICK = 10_000;
const AT_PAGESZ = 6n;

export interface ProcessSamplerOptions {
  procRoot: string;
  bootNs: () => number;
}

/** Reads how much processor and memory processes use. */
export class ProcessSampler {
  readonly pageBytes = pageBytes(readFileSync('/proc/self/auxv'));
  readonly #procRoot: string;
  readonly #bootNs: () => number;
  readonly #files = new FileReader();
  /** Those that were gone when they were read last: their end may have been on its way. */
  readonly #missed = new WeakSet<Process>();

  constructor({ procRoot, bootNs }: ProcessSamplerOptions) {
    this.#procRoot = procRoot;
    this.#bootNs = bootNs;
  }

  /** Reads all of them, a few in each turn of the event loop; gives those that were gone the last time too. */
  async round(processes: Iterable<Process>): Promise<Process[]> {
    const gone: Process[] = [];
    const slice = new TimeSlice();
    // A copy: the table changes between the turns.
    for (const process of [...processes]) {
      if (process.exitedNs !== 0) continue;
      if (!this.#sample(process)) {
        if (this.#missed.has(process)) gone.push(process);
        else this.#missed.add(process);
      }
      if (slice.isOver) await slice.pause();
    }
    return gone;
  }

  #sample(process: Process): boolean {
    const text = this.#files.read(`${this.#procRoot}/${process.pid}/stat`);
    const found = text === undefined ? undefined : parseUsage(text);
    if (found === undefined || found.startTicks !== startTick(process)) return false;
    const { userTicks, systemTicks, residentPages, virtualBytes } = found;
    const sample = {
      atNs: this.#bootNs(),
      cpu: { userUs: userTicks * US_PER_TICK, systemUs: systemTicks * US_PER_TICK },
      memory: { rssBytes: residentPages * this.pageBytes, virtualBytes },
    };
    process.usage = withRate(sample, process.usage);
    return true;
  }
}

/** With the rate since the sample before. */
export function withRate(sample: Usage & Required<Pick<Usage, 'cpu'>>, before: Usage | undefined): Usage {
  if (before?.cpu === undefined) return sample;
  const elapsedUs = (sample.atNs - before.atNs) / 1000;
  const usedUs = sample.cpu.userUs + sample.cpu.systemUs - before.cpu.userUs - before.cpu.systemUs;
  if (elapsedUs <= 0 || usedUs < 0) return sample;
  return { ...sample, cpu: { ...sample.cpu, millicores: Math.round((usedUs / elapsedUs) * 1000) } };
}

/** The size of a page from the auxiliary vector of a process: pairs of 64-bit numbers. */
export function pageBytes(auxv: Buffer): number {
  for (let at = 0; at + 16 <= auxv.length; at += 16) {
    if (auxv.readBigUInt64LE(at) === AT_PAGESZ) return Number(auxv.readBigUInt64LE(at + 8));
  }
  return 4096;
}
