import { existsSync, readFileSync } from 'node:fs';
import { parseCgroupMounts, parseControllers } from '../owners/cgroup-mounts.ts';

const V1_CONTROLLERS = ['cpu', 'cpuacct', 'memory', 'blkio', 'pids'] as const;
export type V1Controller = (typeof V1_CONTROLLERS)[number];

/** Where the files of one container are: v2's in one directory, v1's in one for each controller. */
export interface Directories {
  unified: string | undefined;
  v1: Partial<Record<V1Controller, string>>;
}

/** The hierarchies of this host, mounted at or below one directory. */
export class CgroupLayout {
  readonly #procRoot: string;
  readonly #unified: string | undefined;
  readonly #v1: [V1Controller, string][];

  constructor(procRoot: string, cgroupRoot = '/sys/fs/cgroup') {
    this.#procRoot = procRoot;
    const mountinfo = readFileSync(`${procRoot}/self/mountinfo`, 'utf8');
    this.#unified = parseCgroupMounts(mountinfo, cgroupRoot).unified;
    const controllers = parseControllers(mountinfo, cgroupRoot);
    this.#v1 = V1_CONTROLLERS.flatMap((name): [V1Controller, string][] => {
      const point = controllers.get(name);
      return point === undefined ? [] : [[name, point]];
    });
  }

  /** What the saturation is read from. */
  get version(): 'v1' | 'v2' | 'hybrid' | 'none' {
    if (this.#v1.length === 0) return this.#unified === undefined ? 'none' : 'v2';
    return this.#unified === undefined ? 'v1' : 'hybrid';
  }

  /** Runtimes use one path in all hierarchies; where it is not there, the container's process tells the others. */
  directories(path: string, pid: number): Directories {
    const directories: Directories = { unified: undefined, v1: {} };
    if (this.#unified !== undefined && existsSync(this.#unified + path))
      directories.unified = this.#unified + path;
    let paths: Map<string, string> | undefined;
    for (const [controller, point] of this.#v1) {
      if (existsSync(point + path)) directories.v1[controller] = point + path;
      else {
        paths ??= this.#pathsOf(pid);
        const other = paths.get(controller);
        // The root's figures are those of the node.
        if (other !== undefined && other !== '/') directories.v1[controller] = point + other;
      }
    }
    return directories;
  }

  #pathsOf(pid: number): Map<string, string> {
    const paths = new Map<string, string>();
    if (pid <= 0) return paths;
    let text = '';
    try {
      text = readFileSync(`${this.#procRoot}/${pid}/cgroup`, 'utf8');
    } catch {
      // The process has ended: the container is about to.
    }
    for (const [, controllers = '', path = ''] of text.matchAll(/^\d+:([^:]+):(.*)$/gm)) {
      for (const controller of controllers.split(',')) paths.set(controller, path);
    }
    return paths;
  }
}
