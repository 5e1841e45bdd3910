import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Client, credentials, loadPackageDefinition, type ServiceError } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { removeCgroup } from '../containers/cgroups.ts';
import { Cleanup, command } from '../containers/command.ts';
import { IMAGES, makeImageArchive } from './image.ts';

export interface PodOptions {
  name: string;
  namespace: string;
  labels?: Record<string, string>;
  /** Its name server. */
  dns?: string;
}

export interface Pod {
  /** Of its sandbox. */
  id: string;
  uid: string;
  ip: string;
  config: object;
  labels: Record<string, string>;
}

export interface ContainerOptions {
  name: string;
  image: string;
  command: readonly string[];
  /** Earlier lives, which the kubelet counts. */
  attempt?: number;
  memoryBytes?: number;
  /** As CRI has them. */
  envs?: readonly { key: string; value: string }[];
  mounts?: readonly { containerPath: string; hostPath: string; readonly: boolean }[];
  security?: object;
}

export interface ContainerStatus {
  state: number;
  exitCode: number;
  reason: string;
}

const EXITED = 2;
/** Each container in a pid namespace of its own, as the kubelet asks for. */
const NAMESPACES = { network: 0, pid: 1 };

type Call = (request: object, answer: (error: ServiceError | null, response: never) => void) => void;

/**
 * A node as Kubernetes makes one, without a kubelet: Debian's containerd, runc and CNI plugins with folders, socket,
 * network and cgroups of their own, driven over CRI. close() removes every trace, also after a failure.
 */
export class KubernetesNode {
  readonly #folder = mkdtempSync(join(tmpdir(), 'sysprobe-cri-'));
  /** Of the folder, the network namespace and the cgroup that hold all of it. */
  readonly name = basename(this.#folder);
  readonly socket = join(this.#folder, 'containerd.sock');
  readonly #cleanup = new Cleanup();
  #containerd = 0;
  #client: (Client & Record<string, Call>) | undefined;
  readonly #pods = new Set<Pod>();

  static async create(): Promise<KubernetesNode> {
    const node = new KubernetesNode();
    try {
      await node.#setUp();
    } catch (error) {
      const log = readFileSync(join(node.#folder, 'log'), { encoding: 'utf8', flag: 'a+' });
      await node.close();
      throw new Error(`containerd: ${log.slice(-4000)}`, { cause: error });
    }
    return node;
  }

  async #setUp(): Promise<void> {
    this.#cleanup.add(() => rmSync(this.#folder, { recursive: true, force: true }));
    this.#cleanup.add(() => removeCgroup(`/${this.name}`));
    await command('ip', ['netns', 'add', this.name]);
    this.#cleanup.add(() => command('ip', ['netns', 'delete', this.name]));
    await command('ip', ['-n', this.name, 'link', 'set', 'lo', 'up']);
    const cni = join(this.#folder, 'cni');
    mkdirSync(cni);
    writeFileSync(join(cni, '10-pods.conflist'), network(this.#folder));
    const config = join(this.#folder, 'config.toml');
    writeFileSync(config, configuration(this.#folder));
    await this.#startContainerd(config);
    await this.importImages(await makeImageArchive(this.#folder));
    this.#client = connect(this.socket);
    this.#cleanup.add(() => this.#client?.close());
    this.#cleanup.add(() => this.#removePods());
  }

  async #startContainerd(config: string): Promise<void> {
    const log = openSync(join(this.#folder, 'log'), 'a');
    // The pods' links and their rules are made where containerd is: not in the network of this machine.
    const child = spawn('nsenter', [`--net=/run/netns/${this.name}`, 'containerd', '--config', config], {
      stdio: ['ignore', log, log],
    });
    this.#containerd = child.pid ?? 0;
    const ended = once(child, 'exit');
    this.#cleanup.add(async () => {
      child.kill('SIGTERM');
      await ended;
    });
    const deadline = performance.now() + 20_000;
    for (;;) {
      if (child.exitCode !== null) throw new Error('containerd ended');
      const works = command('ctr', ['--address', this.socket, 'version']).then(
        () => true,
        () => false,
      );
      if (await works) return;
      if (performance.now() > deadline) throw new Error('containerd does not answer');
      await setTimeout(50);
    }
  }

  /** Takes the images of an archive in the form of `docker save`. */
  async importImages(archive: string): Promise<void> {
    await command('ctr', ['--address', this.socket, '--namespace', 'k8s.io', 'image', 'import', archive]);
  }

  /** A command that becomes one for which this is the node: its process 1 is in the node's network. */
  get inside(): string[] {
    const script = `mount --bind /proc/${this.#containerd} /proc/1 && exec "$@"`;
    return ['unshare', '--mount', 'sh', '-c', script, 'inside'];
  }

  async startPod({ name, namespace, labels = {}, dns }: PodOptions): Promise<Pod> {
    const uid = randomUUID();
    const logs = join(this.#folder, 'logs', uid);
    mkdirSync(logs, { recursive: true });
    const all = {
      'io.kubernetes.pod.name': name,
      'io.kubernetes.pod.namespace': namespace,
      'io.kubernetes.pod.uid': uid,
      ...labels,
    };
    const config = {
      metadata: { name, uid, namespace, attempt: 0 },
      hostname: name,
      logDirectory: logs,
      dnsConfig: { servers: dns === undefined ? [] : [dns] },
      labels: all,
      linux: {
        cgroupParent: `/${this.name}/kubepods/burstable/pod${uid}`,
        securityContext: { namespaceOptions: NAMESPACES },
      },
    };
    const { podSandboxId: id } = await this.#call<{ podSandboxId: string }>('RunPodSandbox', { config });
    const { status } = await this.#call<{ status: { network: { ip: string } } }>('PodSandboxStatus', {
      podSandboxId: id,
    });
    const pod = { id, uid, ip: status.network.ip, config, labels: all };
    this.#pods.add(pod);
    return pod;
  }

  async startContainer(pod: Pod, options: ContainerOptions): Promise<string> {
    const { name, image, command: line, attempt = 0, memoryBytes, envs = [], mounts = [] } = options;
    const config = {
      metadata: { name, attempt },
      image: { image },
      command: line,
      envs,
      mounts,
      labels: { ...pod.labels, 'io.kubernetes.container.name': name },
      logPath: `${name}-${attempt}.log`,
      linux: {
        resources: memoryBytes === undefined ? {} : { memoryLimitInBytes: memoryBytes },
        securityContext: { namespaceOptions: NAMESPACES, ...options.security },
      },
    };
    const { containerId } = await this.#call<{ containerId: string }>('CreateContainer', {
      podSandboxId: pod.id,
      config,
      sandboxConfig: pod.config,
    });
    await this.#call('StartContainer', { containerId });
    return containerId;
  }

  async stopContainer(containerId: string): Promise<void> {
    await this.#call('StopContainer', { containerId, timeout: 0 });
  }

  async removeContainer(containerId: string): Promise<void> {
    await this.#call('RemoveContainer', { containerId });
  }

  /** Runs a command in a container; gives what it wrote. */
  async exec(containerId: string, line: readonly string[]): Promise<string> {
    const { stdout } = await this.#call<{ stdout?: Buffer }>('ExecSync', {
      containerId,
      cmd: line,
      timeout: 20,
    });
    return stdout?.toString() ?? '';
  }

  /** Waits for the end of a container; gives what the runtime knows of it. */
  async ended(containerId: string): Promise<ContainerStatus> {
    const deadline = performance.now() + 30_000;
    for (;;) {
      const { status } = await this.#call<{ status: ContainerStatus }>('ContainerStatus', { containerId });
      if (status.state === EXITED) return status;
      if (performance.now() > deadline) throw new Error(`${containerId} does not end`);
      await setTimeout(20);
    }
  }

  async removePod(pod: Pod): Promise<void> {
    this.#pods.delete(pod);
    await this.#call('StopPodSandbox', { podSandboxId: pod.id });
    await this.#call('RemovePodSandbox', { podSandboxId: pod.id });
  }

  async close(): Promise<void> {
    await this.#cleanup.run();
  }

  /** The containers of a pod go with it. */
  async #removePods(): Promise<void> {
    for (const pod of this.#pods) await this.removePod(pod);
  }

  #call<Response>(method: string, request: object): Promise<Response> {
    const client = this.#client;
    if (client === undefined) throw new Error('the node is closed');
    return new Promise((resolve, reject) => {
      const answer = (error: ServiceError | null, response: Response) =>
        error ? reject(error) : resolve(response);
      (client[method] as Call).call(client, request, answer as never);
    });
  }
}

function connect(socket: string): Client & Record<string, Call> {
  const definition = loadSync(join(import.meta.dirname, 'runtime.proto'), { keepCase: false });
  const { runtime } = loadPackageDefinition(definition) as never as {
    runtime: {
      v1: { RuntimeService: new (address: string, with_: object) => Client & Record<string, Call> };
    };
  };
  return new runtime.v1.RuntimeService(`unix:${socket}`, credentials.createInsecure());
}

/** No AppArmor, no overlay and no negative OOM scores, because not every machine that runs tests has them. */
function configuration(folder: string): string {
  return `
version = 2
root = "${folder}/root"
state = "${folder}/state"
disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.tracing.processor.v1.otlp", "io.containerd.internal.v1.tracing"]
[grpc]
  address = "${folder}/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${IMAGES.pause}"
  disable_apparmor = true
  restrict_oom_score_adj = true
  disable_hugetlb_controller = true
  tolerate_missing_hugetlb_controller = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${folder}/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "native"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
`;
}

function network(folder: string): string {
  return JSON.stringify({
    cniVersion: '1.0.0',
    name: 'pods',
    plugins: [
      {
        // A link for each pod, so that all packets between pods pass the rules of the node.
        type: 'ptp',
        ipam: {
          type: 'host-local',
          dataDir: join(folder, 'ipam'),
          ranges: [[{ subnet: '10.244.7.0/24' }]],
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
    ],
  });
}
