import { readFileSync } from 'node:fs';

/** How the host mounts its cgroup hierarchies below one directory. */
export interface CgroupMounts {
  /** Mount point of the cgroup2 hierarchy: the directory itself, `unified` below it on a hybrid host, or none. */
  unified: string | undefined;
  /** Mount point of the v1 hierarchy that every container has a cgroup in, or none. */
  memory: string | undefined;
  /** Whether v1 hierarchies are mounted: then the unified path of a container may not name it. */
  legacy: boolean;
}

/** The hierarchy by whose ids the containers of the host are told apart. */
export interface OwnerHierarchy {
  version: 1 | 2;
  /** The kernel's number of it; 0 is cgroup2. */
  id: number;
  /** Its mount point; without one there is no tree to look at. */
  root: string | undefined;
}

/** Reads the cgroup mounts at or below `cgroupRoot` from this process's mount namespace. Throws when /proc is missing. */
export function readCgroupMounts(procRoot: string, cgroupRoot = '/sys/fs/cgroup'): CgroupMounts {
  return parseCgroupMounts(readFileSync(`${procRoot}/self/mountinfo`, 'utf8'), cgroupRoot);
}

/** Picks the cgroup mounts at or below `cgroupRoot` out of the text of a mountinfo file. */
export function parseCgroupMounts(mountinfo: string, cgroupRoot: string): CgroupMounts {
  const mounts: CgroupMounts = { unified: undefined, memory: undefined, legacy: false };
  for (const { isUnified, point, options } of cgroupFilesystems(mountinfo, cgroupRoot)) {
    if (isUnified) mounts.unified = shorter(mounts.unified, point);
    else mounts.legacy = true;
    if (!isUnified && options.includes('memory')) mounts.memory = shorter(mounts.memory, point);
  }
  return mounts;
}

/** Mount point of each v1 controller, such as `cpu`, that is mounted at or below `cgroupRoot`. */
export function parseControllers(mountinfo: string, cgroupRoot: string): Map<string, string> {
  const controllers = new Map<string, string>();
  for (const { isUnified, point, options } of cgroupFilesystems(mountinfo, cgroupRoot)) {
    if (isUnified) continue;
    for (const option of options) controllers.set(option, shorter(controllers.get(option), point));
  }
  return controllers;
}

function* cgroupFilesystems(mountinfo: string, cgroupRoot: string) {
  const root = cgroupRoot.replace(/\/+$/, '');
  for (const line of mountinfo.split('\n')) {
    // id, parent, device, root, mount point, options, optional tags, "-", type, source, options
    const [mount, filesystem] = line.split(' - ', 2);
    const [type, , options = ''] = filesystem?.split(' ') ?? [];
    if (type !== 'cgroup' && type !== 'cgroup2') continue;
    const point = unescapeOctal(mount?.split(' ')[4] ?? '');
    if (point !== root && !point.startsWith(`${root}/`)) continue;
    yield { isUnified: type === 'cgroup2', point, options: options.split(',') };
  }
}

/** Cgroup2 where it is mounted, else v1's memory hierarchy. Throws when /proc is missing. */
export function ownerHierarchy({ unified, memory }: CgroupMounts, procRoot: string): OwnerHierarchy {
  if (unified === undefined && memory !== undefined) {
    const id = parseMemoryHierarchy(readFileSync(`${procRoot}/self/cgroup`, 'utf8'));
    if (id !== undefined) return { version: 1, id, root: memory };
  }
  return { version: 2, id: 0, root: unified };
}

/** The number of the memory hierarchy in the text of a /proc/<pid>/cgroup file. */
export function parseMemoryHierarchy(cgroups: string): number | undefined {
  const id = /^(\d+):(?:[^:]*,)?memory(?:,[^:]*)?:/m.exec(cgroups)?.[1];
  return id === undefined ? undefined : Number(id);
}

function shorter(known: string | undefined, found: string): string {
  return known !== undefined && known.length <= found.length ? known : found;
}

function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
