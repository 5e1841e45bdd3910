/** Debian's suites by the kernel that each carries; a kernel is the newest of its suite when it is fetched. */
const suites = new Map([
  ['5.10', { archive: 'bullseye', security: 'bullseye-security' }],
  ['6.1', { archive: 'bookworm', security: 'bookworm-security' }],
  ['6.12', { archive: 'trixie', security: 'trixie-security' }],
  ['newest', { archive: 'sid' }],
]);

/** Debian's names of architectures by those of Node.js. */
export const debianNames = { x64: 'amd64', arm64: 'arm64' };

/**
 * @typedef {object} Guest
 * @property {string} name
 * @property {string} kernel
 * @property {'v2' | 'hybrid' | 'v1'} cgroups how they are mounted: `v2` alone as systemd does today, `hybrid` as it did
 *   before 2021 and Kubernetes nodes with it, `v1` without any cgroup2 mount
 * @property {'arm64'} [architecture] another than that of this machine, x64
 * @property {'systemd'} [init] its first process, in a Debian of its own
 * @property {string[]} [groups] the only groups that it is for
 */

/**
 * The guests in the order in which they run.
 *
 * @type {Guest[]}
 */
export const guests = [
  { name: '5.10', kernel: '5.10', cgroups: 'v2' },
  { name: '5.10-v1', kernel: '5.10', cgroups: 'v1' },
  { name: '6.1', kernel: '6.1', cgroups: 'v2' },
  { name: '6.1-hybrid', kernel: '6.1', cgroups: 'hybrid' },
  { name: '6.12', kernel: '6.12', cgroups: 'v2' },
  { name: '6.12-arm64', kernel: '6.12', cgroups: 'v2', architecture: 'arm64' },
  { name: 'newest', kernel: 'newest', cgroups: 'v2' },
  { name: 'systemd', kernel: '6.12', cgroups: 'v2', init: 'systemd', groups: ['Units of systemd'] },
];

/** @param {string} kernel */
export const suitesOf = (kernel) => suites.get(kernel);
