/** Debian's suites by the kernel that each carries; a kernel is the newest of its suite when it is fetched. */
const suites = new Map([
  ['5.10', { archive: 'bullseye', security: 'bullseye-security' }],
  ['6.1', { archive: 'bookworm', security: 'bookworm-security' }],
  ['6.12', { archive: 'trixie', security: 'trixie-security' }],
  ['newest', { archive: 'sid' }],
]);

/**
 * The guests in the order in which they run. `cgroups` is how the guest mounts them: `v2` alone as systemd does
 * today, `hybrid` as it did before 2021 and Kubernetes nodes with it, `v1` without any cgroup2 mount.
 *
 * @type {{ name: string, kernel: string, cgroups: 'v2' | 'hybrid' | 'v1' }[]}
 */
export const guests = [
  { name: '5.10', kernel: '5.10', cgroups: 'v2' },
  { name: '5.10-v1', kernel: '5.10', cgroups: 'v1' },
  { name: '6.1', kernel: '6.1', cgroups: 'v2' },
  { name: '6.1-hybrid', kernel: '6.1', cgroups: 'hybrid' },
  { name: '6.12', kernel: '6.12', cgroups: 'v2' },
  { name: 'newest', kernel: 'newest', cgroups: 'v2' },
];

/** @param {string} kernel */
export const suitesOf = (kernel) => suites.get(kernel);
