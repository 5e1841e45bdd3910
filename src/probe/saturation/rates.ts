import type { Saturation } from './saturation.ts';

type Sample = Pick<Saturation, 'atNs' | 'cpu' | 'pressure'>;

/** Sets the rates of a sample from what its totals grew by since the one before. */
export function setRates(sample: Sample, before: Sample | undefined): void {
  const elapsedUs = before === undefined ? 0 : (sample.atNs - before.atNs) / 1000;
  if (before === undefined || elapsedUs <= 0) return;
  const thousandths = (now: number | undefined, then: number | undefined) =>
    now === undefined || then === undefined || now < then
      ? undefined
      : Math.round(((now - then) / elapsedUs) * 1000);
  const { cpu, pressure } = sample;
  const rates = {
    millicores: thousandths(cpu.usageUs, before.cpu.usageUs),
    cpuPermille: thousandths(pressure.cpuUs, before.pressure.cpuUs),
    memoryPermille: thousandths(pressure.memoryUs, before.pressure.memoryUs),
    ioPermille: thousandths(pressure.ioUs, before.pressure.ioUs),
  };
  if (rates.millicores !== undefined) cpu.millicores = rates.millicores;
  // The kernel's clock and ours differ a little: a share is never above the whole.
  if (rates.cpuPermille !== undefined) pressure.cpuPermille = Math.min(1000, rates.cpuPermille);
  if (rates.memoryPermille !== undefined) pressure.memoryPermille = Math.min(1000, rates.memoryPermille);
  if (rates.ioPermille !== undefined) pressure.ioPermille = Math.min(1000, rates.ioPermille);
}
