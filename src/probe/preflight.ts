import { existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { SysprobeError } from '../lib/errors.ts';

const BTF = '/sys/kernel/btf/vmlinux';
const OLDEST_KERNEL = [5, 10] as const;

/** Bits of CapEff (linux/capability.h). */
const CAP_SYS_ADMIN = 21n;
const CAP_PERFMON = 38n;
const CAP_BPF = 39n;

export interface Machine {
  release: string;
  /** The hexadecimal CapEff of /proc/self/status. */
  capabilities: string;
  hasBtf: boolean;
}

export function readMachine(): Machine {
  const status = readFileSync('/proc/self/status', 'utf8');
  const capabilities = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0';
  return { release: release(), capabilities, hasBtf: existsSync(BTF) };
}

/** Throws what would stop the probe on this machine, the most basic reason first. */
export function assertCanRun(machine: Machine): void {
  const [major = 0, minor = 0] = machine.release.split('.').map((part) => Number.parseInt(part, 10));
  const [oldestMajor, oldestMinor] = OLDEST_KERNEL;
  if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor)) {
    throw new SysprobeError(
      'SP_KERNEL_TOO_OLD',
      `kernel ${machine.release} is too old; sysprobe needs ${OLDEST_KERNEL.join('.')} or newer`,
    );
  }
  if (!mayLoadBpf(BigInt(`0x${machine.capabilities}`))) {
    throw new SysprobeError(
      'SP_NOT_ROOT',
      'system-probe may not load BPF programs; run it as root, or with CAP_BPF, CAP_PERFMON and CAP_SYS_PTRACE',
    );
  }
  if (!machine.hasBtf) {
    throw new SysprobeError(
      'SP_NO_BTF',
      `${BTF} is missing; sysprobe needs a kernel built with CONFIG_DEBUG_INFO_BTF=y`,
    );
  }
}

function mayLoadBpf(capabilities: bigint): boolean {
  const has = (capability: bigint) => (capabilities & (1n << capability)) !== 0n;
  return has(CAP_SYS_ADMIN) || (has(CAP_BPF) && has(CAP_PERFMON));
}
