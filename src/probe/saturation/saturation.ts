import type {
  CpuSaturation,
  IoSaturation,
  MemorySaturation,
  PressureSaturation,
} from '../../wire/container.ts';

/** What one sample found; a file that is not there leaves its values absent. */
export interface Saturation {
  /** Nanoseconds since boot. */
  atNs: number;
  cpu: CpuSaturation;
  memory: MemorySaturation;
  pressure: PressureSaturation;
  io: IoSaturation;
  pids: { count?: number; limit?: number };
}
