import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { removeCgroup } from './cgroups.ts';
import { Cleanup, command } from './command.ts';
import { commandRuns, makeRootfs } from './rootfs.ts';

export interface RuncContainer {
  /** 64 hex digits. */
  id: string;
  /** Of its first process, in the host's pid namespace. */
  pid: number;
}

export interface RuncOptions {
  /** A busybox command line. */
  command: readonly string[];
  /** Where its cgroup goes, as any runtime or the kubelet would name it, below a cgroup of this instance's own. */
  cgroupPath: (id: string) => string;
  /** File of a network namespace to join; without it, the container gets one of its own. */
  netns?: string;
}

/** Containers of plain runc, for cgroup paths of every shape. close() removes every trace, also after a failure. */
export class Runc {
  readonly #folder = mkdtempSync(join(tmpdir(), 'sysprobe-runc-'));
  /** Of the folder and the cgroup that hold all of it. */
  readonly name = basename(this.#folder);
  readonly #cleanup = new Cleanup();

  private constructor() {
    this.#cleanup.add(() => rmSync(this.#folder, { recursive: true, force: true }));
    this.#cleanup.add(() => removeCgroup(`/${this.name}`));
  }

  static async create(): Promise<Runc> {
    const runc = new Runc();
    try {
      await makeRootfs(join(runc.#folder, 'rootfs'));
    } catch (error) {
      await runc.close();
      throw error;
    }
    return runc;
  }

  async runContainer(options: RuncOptions): Promise<RuncContainer> {
    const { id, bundle } = this.#makeBundle(options);
    await this.#start(id, bundle);
    const pid = Number(readFileSync(join(bundle, 'pid'), 'utf8'));
    if (!(await commandRuns(pid))) throw new Error(`container ended at once: ${options.command.join(' ')}`);
    return { id, pid };
  }

  /** Runs a container to the end of its command, and removes it. Gives its id. */
  async runToEnd(options: RuncOptions): Promise<string> {
    const { id, bundle } = this.#makeBundle(options);
    await command('runc', ['--root', this.#root, 'run', '--bundle', bundle, id]);
    return id;
  }

  /** The same of a command that may fail; gives its code too. */
  async exitCode(options: RuncOptions): Promise<{ id: string; code: number }> {
    const { id, bundle } = this.#makeBundle(options);
    const child = spawn('runc', ['--root', this.#root, 'run', '--bundle', bundle, id], { stdio: 'ignore' });
    const [code] = await once(child, 'exit');
    return { id, code };
  }

  async close(): Promise<void> {
    await this.#cleanup.run();
  }

  get #root(): string {
    return join(this.#folder, 'runc');
  }

  #makeBundle({ command: line, cgroupPath, netns }: RuncOptions): { id: string; bundle: string } {
    const id = randomBytes(32).toString('hex');
    const bundle = join(this.#folder, id);
    mkdirSync(bundle);
    const cgroup = `/${this.name}${cgroupPath(id)}`;
    const spec = specification({ rootfs: join(this.#folder, 'rootfs'), cgroup, line, netns });
    writeFileSync(join(bundle, 'config.json'), JSON.stringify(spec));
    this.#cleanup.add(() => command('runc', ['--root', this.#root, 'delete', '--force', id]));
    return { id, bundle };
  }

  /** A detached container keeps the standard streams it is given, so they must not be pipes that a reader waits on. */
  async #start(id: string, bundle: string): Promise<void> {
    const log = join(bundle, 'log');
    const options = ['--root', this.#root, '--log', log];
    const run = ['run', '--detach', '--pid-file', join(bundle, 'pid'), '--bundle', bundle, id];
    const child = spawn('runc', [...options, ...run], { stdio: 'ignore' });
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`runc run failed: ${readFileSync(log, 'utf8')}`);
  }
}

/** An OCI runtime configuration with nothing that is not needed. */
function specification(options: {
  rootfs: string;
  cgroup: string;
  line: readonly string[];
  netns: string | undefined;
}): object {
  const { rootfs, cgroup, line, netns } = options;
  const network = netns === undefined ? { type: 'network' } : { type: 'network', path: netns };
  return {
    ociVersion: '1.0.2',
    process: { user: { uid: 0, gid: 0 }, args: line, cwd: '/', env: ['PATH=/bin'] },
    root: { path: rootfs, readonly: true },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      // runc makes links in it, which two at once could not in the one root that all share.
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs' },
    ],
    linux: {
      cgroupsPath: cgroup,
      namespaces: [{ type: 'pid' }, { type: 'mount' }, { type: 'ipc' }, { type: 'uts' }, network],
    },
  };
}
