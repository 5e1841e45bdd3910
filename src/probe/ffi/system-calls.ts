/** Numbers of a system call by architecture, as Node.js names it. */
interface Numbers {
  x64: number;
  arm64: number;
}

/** Those that confine() denies whatever their arguments; the same as native/confine.cc. */
export const DENIED = {
  // Starting a program.
  execve: { x64: 59, arm64: 221 },
  execveat: { x64: 322, arm64: 281 },
  // Other processes.
  ptrace: { x64: 101, arm64: 117 },
  process_vm_readv: { x64: 310, arm64: 270 },
  process_vm_writev: { x64: 311, arm64: 271 },
  pidfd_getfd: { x64: 438, arm64: 438 },
  kcmp: { x64: 312, arm64: 272 },
  // Mounts and roots.
  mount: { x64: 165, arm64: 40 },
  umount2: { x64: 166, arm64: 39 },
  move_mount: { x64: 429, arm64: 429 },
  open_tree: { x64: 428, arm64: 428 },
  fsopen: { x64: 430, arm64: 430 },
  fspick: { x64: 433, arm64: 433 },
  fsmount: { x64: 432, arm64: 432 },
  mount_setattr: { x64: 442, arm64: 442 },
  pivot_root: { x64: 155, arm64: 41 },
  chroot: { x64: 161, arm64: 51 },
  unshare: { x64: 272, arm64: 97 },
  // The machine.
  init_module: { x64: 175, arm64: 105 },
  finit_module: { x64: 313, arm64: 273 },
  delete_module: { x64: 176, arm64: 106 },
  kexec_load: { x64: 246, arm64: 104 },
  kexec_file_load: { x64: 320, arm64: 294 },
  reboot: { x64: 169, arm64: 142 },
  swapon: { x64: 167, arm64: 224 },
  swapoff: { x64: 168, arm64: 225 },
  acct: { x64: 163, arm64: 89 },
  settimeofday: { x64: 164, arm64: 170 },
  clock_settime: { x64: 227, arm64: 112 },
  sethostname: { x64: 170, arm64: 161 },
  setdomainname: { x64: 171, arm64: 162 },
  // Opens a file by a handle that somebody made up.
  open_by_handle_at: { x64: 304, arm64: 265 },
  // Keys, and ways around this filter.
  add_key: { x64: 248, arm64: 217 },
  request_key: { x64: 249, arm64: 218 },
  keyctl: { x64: 250, arm64: 219 },
  userfaultfd: { x64: 323, arm64: 282 },
  io_uring_setup: { x64: 425, arm64: 425 },
} satisfies Record<string, Numbers>;

/** Those whose arguments decide, and the one that says so. */
export const FILTERED = {
  clone3: { x64: 435, arm64: 435 },
  clone: { x64: 56, arm64: 220 },
  socket: { x64: 41, arm64: 198 },
  setns: { x64: 308, arm64: 268 },
  bpf: { x64: 321, arm64: 280 },
  seccomp: { x64: 317, arm64: 277 },
} satisfies Record<string, Numbers>;

/** linux/audit.h. */
export const AUDIT_ARCH: Numbers = { x64: 0xc000_003e, arm64: 0xc000_00b7 };

/** Domains of socket(): runtimes of containers, and the kernel. */
export const ALLOWED_FAMILIES = { AF_UNIX: 1, AF_NETLINK: 16 };

/** What setns() may enter: sockets are looked up in the network namespaces of containers. */
export const ALLOWED_NAMESPACES = { CLONE_NEWNET: 0x4000_0000 };

/** What is loaded and attached stays, and its maps are read; nothing is added, and nothing of others is opened. */
export const DENIED_BPF = {
  BPF_MAP_CREATE: 0,
  BPF_PROG_LOAD: 5,
  BPF_OBJ_PIN: 6,
  BPF_OBJ_GET: 7,
  BPF_PROG_ATTACH: 8,
  BPF_RAW_TRACEPOINT_OPEN: 17,
  BPF_BTF_LOAD: 18,
  BPF_LINK_CREATE: 28,
  BPF_LINK_UPDATE: 29,
  BPF_ITER_CREATE: 33,
  BPF_PROG_GET_FD_BY_ID: 13,
  BPF_MAP_GET_FD_BY_ID: 14,
  BPF_BTF_GET_FD_BY_ID: 19,
  BPF_LINK_GET_FD_BY_ID: 30,
  BPF_PROG_BIND_MAP: 35,
  BPF_LINK_DETACH: 34,
};
