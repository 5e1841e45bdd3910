import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../lib/package-root.ts';
import { CORE, HOOKS, type Hook } from './hooks.ts';
import { type BindingName, type BpfObject, loadNative, type Native, type NativeError } from './native.ts';
import { readCgroupMounts } from './owners/cgroup-mounts.ts';
import { assertCanRun, type Machine, readMachine } from './preflight.ts';
import { chooseTwins, twinOf } from './sources/twins.ts';
import { costOfCgroup, openUdp, UDP_HOOK_NAMES } from './sources/udp-hooks.ts';

/** One thing that the probe wants of this machine. */
export interface Check {
  name: string;
  /** `missing` of something that is not `required` costs a part, and `cost` says which. */
  status: 'ok' | 'missing';
  required: boolean;
  /** What was found, or why it cannot be used. */
  detail: string;
  cost?: string;
  /** What to do about it. */
  hint?: string;
}

export interface CheckReport {
  /** Everything that is required is there. */
  ok: boolean;
  kernel: string;
  checks: Check[];
}

/** A machine with which nothing is wrong: the rules of the start-up are asked about one thing at a time. */
const FAULTLESS: Machine = { release: '999.0', capabilities: 'ffffffffffffffff', hasBtf: true };

/** What the probe runs without, but not as well. */
const CAPABILITIES = [
  {
    name: 'CAP_SYS_ADMIN',
    bit: 21n,
    cost: 'connections that are older than the probe are seen in its own network namespace only',
  },
  {
    name: 'CAP_SYS_PTRACE',
    bit: 19n,
    cost: "executables of other users' processes are not named",
  },
] as const;

/** Tries everything that the probe needs on this machine, and takes back what it loaded. */
export function checkMachine(binding: BindingName = 'addon'): CheckReport {
  const checks = checkBasics(readMachine());
  const loaded = attempt(() => loadNative(binding));
  const native = loaded.value;
  const check = { name: binding, required: true } as const;
  if (native === undefined) {
    checks.push({ ...check, status: 'missing', detail: loaded.error ?? '', cost: CORE });
  } else {
    checks.push({ ...check, status: 'ok', detail: 'loaded' }, checkRing(native));
    checks.push(...HOOKS.map((hook) => checkHook(native, hook)), checkUdp(native), checkSockDiag(native));
  }
  checks.push(checkCgroups());
  return {
    ok: checks.every(({ status, required }) => status === 'ok' || !required),
    kernel: release(),
    checks,
  };
}

/** What can be told without trying. */
export function checkBasics({ release, capabilities, hasBtf }: Machine): Check[] {
  const held = BigInt(`0x${capabilities}`);
  return [
    checkRule({ name: 'kernel', detail: `Linux ${release}` }, { release }),
    checkRule({ name: 'BTF', detail: 'the kernel describes its types' }, { hasBtf }),
    checkRule({ name: 'privileges', detail: 'may load BPF programs' }, { capabilities }),
    ...CAPABILITIES.map(({ name, bit, cost }): Check => {
      const check = { name, required: false };
      if ((held >> bit) & 1n) return { ...check, status: 'ok', detail: 'held' };
      return { ...check, status: 'missing', detail: 'not held', cost, hint: 'run it as root' };
    }),
  ];
}

function checkRule({ name, detail }: { name: string; detail: string }, machine: Partial<Machine>): Check {
  const { error } = attempt(() => assertCanRun({ ...FAULTLESS, ...machine }));
  if (error === undefined) return { name, status: 'ok', required: true, detail };
  return { name, status: 'missing', required: true, detail: error, cost: CORE };
}

function checkRing(native: Native): Check {
  const tried = tryObject(native, { object: 'tcp' }, (tcp) => {
    tcp.openRing('events', () => {});
    return tcp.maps().find(({ name }) => name === 'events')?.maxEntries ?? 0;
  });
  const check = { name: 'ring buffer', required: true };
  if (tried.error === undefined) return { ...check, status: 'ok', detail: `${tried.value / 1024} KiB` };
  return { ...check, status: 'missing', detail: tried.error, cost: CORE };
}

/** Alone, so that a hook that the kernel refuses does not take the others with it. */
function checkHook(native: Native, { object, program, what, required, cost, use }: Hook): Check {
  const tried = tryObject(native, { object, wanted: program }, (opened) => {
    const chosen = twinOf(opened, program);
    if (use === 'attach') opened.attach(chosen);
    else if (use === 'cgroup') opened.attach(chosen, { cgroup: rootCgroup() });
    else opened.testRun(chosen);
    return opened.programs().find(({ name }) => name === chosen)?.verifiedInstructions ?? 0;
  });
  const check = { name: program, required };
  if (tried.error !== undefined) return { ...check, status: 'missing', detail: tried.error, cost };
  return { ...check, status: 'ok', detail: `${what}; ${tried.value} instructions verified` };
}

/** Which of the programs for UDP the probe takes, as it does it. */
function checkUdp(native: Native): Check {
  const cgroup = attempt(() => readCgroupMounts('/proc').unified).value;
  const use = { hooks: 'auto', procRoot: '/proc', cgroup, cgroupV1: false, tableSize: 16 } as const;
  const tried = attempt(() => openUdp({ native, ...use }));
  tried.value?.object?.close();
  const { hooks, reason } = tried.value ?? {};
  const check = { name: 'UDP', required: false };
  if (hooks === undefined) {
    return { ...check, status: 'missing', detail: reason ?? tried.error ?? '', cost: 'UDP is not seen' };
  }
  const counted = `counted by ${UDP_HOOK_NAMES[hooks]}`;
  return { ...check, status: 'ok', detail: reason ? `${counted}; ${costOfCgroup(reason)}` : counted };
}

function rootCgroup(): string {
  const { unified } = readCgroupMounts('/proc', '/sys/fs/cgroup');
  if (unified === undefined) throw new Error('no cgroup2 hierarchy is mounted at or below /sys/fs/cgroup');
  return unified;
}

/** Loads an object, with the program that is wanted or all that this kernel needs, and closes it behind `action`. */
function tryObject<T>(
  native: Native,
  { object, wanted }: { object: string; wanted?: string },
  action: (opened: BpfObject) => T,
) {
  return attempt(() => {
    const opened = new native.BpfObject(readFileSync(join(packageRoot, `bpf/${object}.bpf.o`)), object);
    try {
      chooseTwins(opened);
      const chosen = wanted && twinOf(opened, wanted);
      for (const { name } of opened.programs()) {
        if (chosen !== undefined && name !== chosen) opened.setAutoload(name, false);
      }
      opened.load();
      return action(opened);
    } finally {
      opened.close();
    }
  });
}

function checkSockDiag(native: Native): Check {
  const TCP = { family: 2, protocol: 6, states: 1 << 10, extensions: 0 };
  const tried = attempt(() =>
    native.sockDiag({ netns: '/proc/self/ns/net', ...TCP }, new Uint8Array(1024 * 1024)),
  );
  const check = { name: 'sock_diag', required: false };
  if (tried.error === undefined) return { ...check, status: 'ok', detail: 'sockets older than the probe' };
  return {
    ...check,
    status: 'missing',
    detail: tried.error,
    cost: 'connections and listeners that are older than the probe have no owner',
    hint: 'modprobe tcp_diag',
  };
}

function checkCgroups(): Check {
  const tried = attempt(() => readCgroupMounts('/proc'));
  const check = { name: 'cgroups', required: false };
  const { unified, memory, legacy } = tried.value ?? {};
  if (unified !== undefined) {
    return { ...check, status: 'ok', detail: `${legacy ? 'v1 and v2 (hybrid)' : 'v2'}, ${unified}` };
  }
  if (memory !== undefined) return { ...check, status: 'ok', detail: `v1, ${memory}` };
  return {
    ...check,
    status: 'missing',
    detail: tried.error ?? 'neither cgroup2 nor a memory hierarchy is mounted at /sys/fs/cgroup',
    cost: 'flows name their container only while its process lives',
    hint: "mount the host's /sys/fs/cgroup",
  };
}

function attempt<T>(action: () => T): { value: T; error?: undefined } | { value?: undefined; error: string } {
  try {
    return { value: action() };
  } catch (error) {
    const { message, log } = error as NativeError;
    const lastOfLog = log?.trimEnd().split('\n').at(-1);
    return { error: lastOfLog ? `${message} (${lastOfLog})` : message };
  }
}
