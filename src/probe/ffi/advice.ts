import { constants } from 'node:os';

const { errno: E } = constants;

/** The kernel's own "not supported", which is no errno of user space. */
export const ENOTSUPP = 524;

/** The errors that libbpf numbers itself, in their order. */
const LIBBPF_ERRORS = [
  'LIBELF',
  'FORMAT',
  'KVERSION',
  'ENDIAN',
  'INTERNAL',
  'RELOC',
  'LOAD',
  'VERIFY',
  'PROG2BIG',
  'KVER',
  'PROGTYPE',
  'WRNGPID',
  'INVSEQ',
  'NLPARSE',
] as const;
const LIBBPF_START = 4000;

const libbpfError = (name: (typeof LIBBPF_ERRORS)[number]) => LIBBPF_START + LIBBPF_ERRORS.indexOf(name);

export function libbpfErrorName(errno: number): string | undefined {
  const name = LIBBPF_ERRORS[errno - LIBBPF_START];
  return name === undefined ? undefined : `LIBBPF_${name}`;
}

const CORRUPTED = 'the object is corrupted or was not made for BPF; build or install it again';
const BUCKET = 'the buffer is smaller than one bucket of the map: give room for more pairs';
const NAMESPACE = 'another network namespace needs CAP_SYS_ADMIN';
const PROCESS = "another process's namespace needs CAP_SYS_PTRACE";

/** What to do about an error, by operation; the same as native/errors.cc says. */
const ADVICE: Record<string, ReadonlyMap<number, string>> = {
  open: new Map([
    [E.EINVAL, CORRUPTED],
    [E.ENOENT, CORRUPTED],
    [E.ERANGE, CORRUPTED],
    [E.EOPNOTSUPP, CORRUPTED],
    [libbpfError('FORMAT'), CORRUPTED],
    [libbpfError('LIBELF'), CORRUPTED],
    [libbpfError('RELOC'), CORRUPTED],
    [libbpfError('ENDIAN'), 'the object was built for the other byte order; build it on this architecture'],
  ]),
  load: new Map([
    [E.ESRCH, 'the kernel must have BTF: /sys/kernel/btf/vmlinux (CONFIG_DEBUG_INFO_BTF=y)'],
    [E.EACCES, 'the verifier rejected a program or a capability is missing; the log says which'],
    [
      E.EINVAL,
      'the kernel does not know a map or program of the object, or the verifier rejected it; see the log',
    ],
    [E.ENOMEM, 'the maps do not fit: lower the table sizes or raise the memory limit'],
    [E.E2BIG, 'a map is too large or a program too complex for this kernel; the log says which'],
  ]),
  attach: new Map([
    [E.ENOENT, 'this kernel has no such hook'],
    [E.EOPNOTSUPP, 'the section names no hook that a program can be attached to by name'],
    [
      E.EPERM,
      "the kernel's policy, a program that is alone on the cgroup, or a missing capability (CAP_NET_ADMIN for " +
        'cgroup programs) forbids it',
    ],
  ]),
  lookupBatch: new Map([[E.ENOSPC, BUCKET]]),
  takeBatch: new Map([[E.ENOSPC, BUCKET]]),
  update: new Map([
    [E.EPERM, 'the map is read-only'],
    [E.E2BIG, 'the map is full'],
  ]),
  conntrack: new Map([
    [E.EPERM, NAMESPACE],
    [E.EACCES, PROCESS],
    [E.EPROTONOSUPPORT, 'the kernel has no conntrack to read: load the module nf_conntrack_netlink'],
  ]),
  sockDiag: new Map([
    [E.EPERM, NAMESPACE],
    [E.EACCES, PROCESS],
  ]),
};

const OF_ANY = new Map([
  [
    E.EPERM,
    'BPF needs root, or CAP_BPF and CAP_PERFMON (CAP_SYS_ADMIN before Linux 5.8), and a kernel policy that allows ' +
      'this program type; cgroup programs need CAP_NET_ADMIN too',
  ],
  [E.ENOMEM, 'the kernel is out of memory, or the cgroup or RLIMIT_MEMLOCK limit is too low'],
  [E.EMFILE, 'too many open files: raise the limit (ulimit -n)'],
  [ENOTSUPP, 'this kernel or map type does not support it'],
]);

export function adviceFor(operation: string, errno: number): string | undefined {
  return ADVICE[operation]?.get(errno) ?? OF_ANY.get(errno);
}
