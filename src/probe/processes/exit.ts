import type { CpuTime, ProcessExit } from './process.ts';

/** What wait(2) gives: the code in the second byte, or the signal in the first, with a bit for a core dump. */
export function exitOf(status: number): ProcessExit {
  return { code: (status >> 8) & 0xff, signal: status & 0x7f };
}

/**
 * Processor time, divided as the kernel does it for times(2): the whole is exact up to the last switch or tick, user and
 * kernel mode only as often as a tick met them. Undefined when the process was never charged.
 */
export function cpuTime({
  runNs,
  userNs,
  systemNs,
}: Record<'runNs' | 'userNs' | 'systemNs', number>): CpuTime | undefined {
  const wholeNs = Math.max(runNs, userNs + systemNs);
  if (wholeNs === 0) return undefined;
  const systemShare = systemNs === 0 ? 0 : systemNs / (userNs + systemNs);
  const systemUs = Math.round((wholeNs * systemShare) / 1000);
  return { userUs: Math.round(wholeNs / 1000) - systemUs, systemUs };
}
