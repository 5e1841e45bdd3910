import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { removeCgroup } from './cgroups.ts';
import { Cleanup, command } from './command.ts';
import { commandRuns, makeRootfs } from './rootfs.ts';

export interface Container {
  /** 64 hex digits. */
  id: string;
  /** Of its first process, in the host's pid namespace. */
  pid: number;
  /** In the bridge network; a container of a pod has the pod's. */
  ip: string | undefined;
}

export interface Pod {
  id: string;
  ip: string | undefined;
}

export interface ContainerOptions {
  /** A busybox command line. */
  command: readonly string[];
  /** `none` is the default; all containers of one Podman on `bridge` reach each other. */
  network?: 'none' | 'host' | 'bridge';
  /** Joins the pod and its network. */
  pod?: Pod;
  /** More of `podman run`, such as a name or a limit. */
  options?: readonly string[];
}

/** As podman calls it. */
export const IMAGE = 'localhost/sysprobe-test:latest';
/** Whatever happens to the test: no container outlives this. */
const MAX_LIFETIME_SECONDS = '600';

/**
 * A podman of its own: storage, configuration and image in a temporary folder, its bridge and firewall rules in
 * a network namespace of their own. close() removes every trace, also after a failure.
 */
export class Podman {
  readonly #folder = mkdtempSync(join(tmpdir(), 'sysprobe-podman-'));
  /** Of the folder, the network namespace and the cgroup that hold all of it. */
  readonly name = basename(this.#folder);
  readonly #cleanup = new Cleanup();

  private constructor() {
    this.#cleanup.add(() => rmSync(this.#folder, { recursive: true, force: true }));
  }

  static async create(): Promise<Podman> {
    const podman = new Podman();
    try {
      await podman.#setUp();
    } catch (error) {
      await podman.close();
      throw error;
    }
    return podman;
  }

  async #setUp(): Promise<void> {
    this.#cleanup.add(() => removeCgroup(`/${this.name}`));
    await command('ip', ['netns', 'add', this.name]);
    this.#cleanup.add(() => command('ip', ['netns', 'delete', this.name]));
    await command('ip', ['-n', this.name, 'link', 'set', 'lo', 'up']);

    writeFileSync(join(this.#folder, 'containers.conf'), configuration(this.#folder));
    writeFileSync(join(this.#folder, 'storage.conf'), storage(this.#folder));
    const rootfs = join(this.#folder, 'rootfs');
    mkdirSync(rootfs);
    await makeRootfs(rootfs);
    const archive = join(this.#folder, 'rootfs.tar');
    await command('tar', ['-C', rootfs, '-cf', archive, '.']);
    await this.#podman(['import', archive, IMAGE]);
    this.#cleanup.add(() => this.#podman(['rm', '--all', '--force', '--time', '0']));
    this.#cleanup.add(() => this.#podman(['pod', 'rm', '--all', '--force', '--time', '0']));
  }

  /** Starts a container and waits until its command runs. Throws with its output when it has already ended. */
  async runContainer({
    command: line,
    network = 'none',
    pod,
    options = [],
  }: ContainerOptions): Promise<Container> {
    const where = pod === undefined ? ['--network', network, ...this.#cgroupParent] : ['--pod', pod.id];
    const run = ['run', '--detach', '--timeout', MAX_LIFETIME_SECONDS, ...where, ...options, IMAGE, ...line];
    const id = await this.#podman(run, { hostNetwork: network === 'host' });
    const [pid, ip] = await this.#inspect(id, '{{.State.Pid}} {{.NetworkSettings.IPAddress}}');
    if (!(await commandRuns(Number(pid)))) {
      throw new Error(`container ended at once: ${line.join(' ')}: ${await this.#podman(['logs', id])}`);
    }
    return { id, pid: Number(pid), ip: pod?.ip ?? (ip || undefined) };
  }

  /** Runs a container in the host's network to the end of its command, and removes it. Gives its id. */
  async runToEnd(line: readonly string[]): Promise<string> {
    const idFile = join(this.#folder, `id-${randomUUID()}`);
    const run = [
      'run',
      '--rm',
      '--cidfile',
      idFile,
      '--network',
      'host',
      ...this.#cgroupParent,
      IMAGE,
      ...line,
    ];
    await this.#podman(run, { hostNetwork: true });
    return readFileSync(idFile, 'utf8');
  }

  /** Starts a container that may end at any moment; gives its id. */
  async start(line: readonly string[], options: readonly string[] = []): Promise<string> {
    const where = ['--network', 'none', ...this.#cgroupParent];
    return this.#podman(['run', '--detach', ...where, ...options, IMAGE, ...line]);
  }

  /** Starts a container that has ended anew. */
  async startAgain(id: string): Promise<void> {
    await this.#podman(['start', id]);
  }

  async kill(id: string, signal: string): Promise<void> {
    await this.#podman(['kill', '--signal', signal, id]);
  }

  /** Waits for the end of a container; gives its exit code as podman knows it. */
  async exitCode(id: string): Promise<number> {
    return Number(await this.#podman(['wait', id]));
  }

  /** Serves podman's API, as podman.socket does on a host; gives the path of the socket. */
  async serve(): Promise<string> {
    const socket = join(this.#folder, 'podman.sock');
    const [file = '', ...args] = this.#line(['system', 'service', '--time', '0', `unix://${socket}`]);
    const child = spawn(file, args, { env: { ...process.env, ...this.env }, stdio: 'ignore' });
    const ended = once(child, 'exit');
    this.#cleanup.add(async () => {
      child.kill('SIGKILL');
      await ended;
    });
    const deadline = performance.now() + 20_000;
    while (!existsSync(socket)) {
      if (performance.now() > deadline) throw new Error('podman does not serve its API');
      await setTimeout(20);
    }
    return socket;
  }

  /** Any other command of podman, such as `build`; gives its output. */
  call(args: readonly string[]): Promise<string> {
    return this.#podman(args);
  }

  /** Starts a pod whose containers share one network. */
  async startPod({ network = 'none' }: { network?: 'none' | 'bridge' } = {}): Promise<Pod> {
    const sleep = `sleep ${MAX_LIFETIME_SECONDS}`;
    const id = await this.#podman([
      ...['pod', 'create', '--network', network, ...this.#cgroupParent],
      ...['--infra-image', IMAGE, '--infra-command', sleep],
    ]);
    await this.#podman(['pod', 'start', id]);
    const infra = await this.#podman(['pod', 'inspect', '--format', '{{.InfraContainerID}}', id]);
    const [ip] = await this.#inspect(infra, '{{.NetworkSettings.IPAddress}}');
    return { id, ip: ip || undefined };
  }

  /** Runs a command in a container to its end and gives its output. */
  exec(container: Container, line: readonly string[]): Promise<string> {
    return this.#podman(['exec', container.id, ...line]);
  }

  /** Ends a container and removes it with its cgroup. */
  async remove(container: Container): Promise<void> {
    await this.#podman(['rm', '--force', '--time', '0', container.id]);
  }

  async close(): Promise<void> {
    await this.#cleanup.run();
  }

  /** Podman's usual one, below a cgroup of this instance's own. */
  get #cgroupParent(): string[] {
    return ['--cgroup-parent', `/${this.name}/libpod_parent`];
  }

  async #inspect(id: string, format: string): Promise<string[]> {
    const text = await this.#podman(['inspect', '--type', 'container', '--format', format, id]);
    return text.split(' ');
  }

  #podman(args: readonly string[], options?: { hostNetwork: boolean }): Promise<string> {
    const [file = '', ...rest] = this.#line(args, options);
    return command(file, rest, this.env);
  }

  #line(args: readonly string[], { hostNetwork } = { hostNetwork: false }): string[] {
    // Its monitor writes a file `oom` where it is, when a container is killed for want of memory.
    const podman = ['env', '--chdir', this.#folder, 'podman', ...args];
    return hostNetwork ? podman : ['nsenter', `--net=/run/netns/${this.name}`, ...podman];
  }

  /** With it, another program that calls podman uses this instance's storage. */
  get env(): { CONTAINERS_CONF: string; CONTAINERS_STORAGE_CONF: string } {
    return {
      CONTAINERS_CONF: join(this.#folder, 'containers.conf'),
      CONTAINERS_STORAGE_CONF: join(this.#folder, 'storage.conf'),
    };
  }
}

function storage(folder: string): string {
  return `
[storage]
driver = "vfs"
graphroot = "${join(folder, 'storage')}"
runroot = "${join(folder, 'run')}"
`;
}

/**
 * runc and cgroupfs, because crun refuses a hybrid cgroup host and nothing here needs systemd; limits which a root
 * without CAP_SYS_RESOURCE can set.
 */
function configuration(folder: string): string {
  return `
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
log_driver = "k8s-file"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
tmp_dir = "${join(folder, 'run/libpod')}"
[network]
network_backend = "netavark"
network_config_dir = "${join(folder, 'networks')}"
`;
}
