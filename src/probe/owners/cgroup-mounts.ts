import { readFileSync } from 'node:fs';

/** How the host mounts its cgroup hierarchies below one directory. */
export interface CgroupMounts {
  /** Mount point of the cgroup2 hierarchy: the directory itself, `unified` below it on a hybrid host, or none. */
  unified: string | undefined;
  /** Whether v1 hierarchies are mounted: then the unified path of a container may not name it. */
  legacy: boolean;
}

/** Reads the cgroup mounts at or below `cgroupRoot` from this process's mount namespace. Throws when /proc is missing. */
export function readCgroupMounts(procRoot: string, cgroupRoot: string): CgroupMounts {
  return parseCgroupMounts(readFileSync(`${procRoot}/self/mountinfo`, 'utf8'), cgroupRoot);
}

/** Picks the cgroup mounts at or below `cgroupRoot` out of the text of a mountinfo file. */
export function parseCgroupMounts(mountinfo: string, cgroupRoot: string): CgroupMounts {
  const root = cgroupRoot.replace(/\/+$/, '');
  let unified: string | undefined;
  let legacy = false;
  for (const line of mountinfo.split('\n')) {
    // id, parent, device, root, mount point, options, optional tags, "-", type, source, options
    const [mount, filesystem] = line.split(' - ', 2);
    const type = filesystem?.split(' ', 1)[0];
    if (type !== 'cgroup' && type !== 'cgroup2') continue;
    const point = unescapeOctal(mount?.split(' ')[4] ?? '');
    if (point !== root && !point.startsWith(`${root}/`)) continue;
    if (type === 'cgroup') legacy = true;
    else if (unified === undefined || point.length < unified.length) unified = point;
  }
  return { unified, legacy };
}

function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
