import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  Container,
  PodSpec,
  SeccompProfile,
  SecurityContext,
  Volume,
} from 'kubernetes-types/core/v1.d.ts';
import { packageRoot } from '../../src/lib/package-root.ts';
import type { Pod, Podman } from '../containers/podman.ts';
import type { Deployment } from './documents.ts';

/** Where the nodes are told to keep it is in the overlay that needs it. */
export const OWN_PROFILE = join(packageRoot, 'manifests/profiles/system-probe.json');

/** What a test has otherwise than the manifest. */
export interface SecurityChange {
  capabilities?: readonly string[];
  /** The path of a profile. */
  seccomp?: string;
}

export interface PodOptions {
  deployment: Deployment;
  image: string;
  /** Holds what the pod's volumes hold. */
  folder: string;
  change?: SecurityChange;
  /** The files of the one secret that the pod mounts. */
  secret?: Record<string, string>;
}

/** Does with podman what the kubelet would do with the manifest: users, capabilities, seccomp, volumes, limits. */
export class KubeletPod {
  readonly #podman: Podman;
  readonly #options: PodOptions;
  readonly #pod: Pod;

  private constructor(podman: Podman, pod: Pod, options: PodOptions) {
    this.#podman = podman;
    this.#pod = pod;
    this.#options = options;
  }

  static async create(podman: Podman, options: PodOptions): Promise<KubeletPod> {
    for (const volume of options.deployment.pod.volumes ?? []) makeVolume(options, volume);
    return new KubeletPod(podman, await podman.startPod({ network: 'bridge' }), options);
  }

  /** In the network of the containers. */
  get ip(): string | undefined {
    return this.#pod.ip;
  }

  /** The folder behind a volume. */
  volume(name: string): string {
    return join(this.#options.folder, name);
  }

  /** Starts a container of the pod; gives its id. */
  start(container: Container): Promise<string> {
    return this.#podman.call(['run', '--detach', ...this.#line(container)]);
  }

  /** Runs a container of the pod to its end, which must be a good one; gives its output. */
  runToEnd(container: Container): Promise<string> {
    return this.#podman.call(['run', '--rm', ...this.#line(container)]);
  }

  /** Ends a container at once, as when it crashes, and removes it. */
  async kill(id: string): Promise<void> {
    await this.#podman.call(['rm', '--force', '--time', '0', id]);
  }

  /** Ends a container as the kubelet does, and removes it. */
  async stop(id: string): Promise<void> {
    await this.#podman.call([
      'stop',
      '--time',
      String(this.#options.deployment.pod.terminationGracePeriodSeconds),
      id,
    ]);
    await this.#podman.call(['rm', id]);
  }

  #line(container: Container): string[] {
    const { image, deployment, change = {} } = this.#options;
    return [
      ...['--pod', this.#pod.id],
      ...securityFlags(deployment.pod, container.securityContext ?? {}, change),
      ...(container.env ?? []).flatMap(({ name, value }) => ['--env', `${name}=${value ?? 'node-1'}`]),
      ...(container.volumeMounts ?? []).flatMap(({ name, mountPath, readOnly }) => {
        const source = sourceOf(this.#options, name);
        return source === undefined ? [] : ['--volume', `${source}:${mountPath}:${readOnly ? 'ro' : 'rw'}`];
      }),
      ...memoryFlags(container),
      image,
      ...(container.command ?? []),
    ];
  }
}

function securityFlags(
  { securityContext: ofPod }: PodSpec,
  context: SecurityContext,
  { capabilities, seccomp }: SecurityChange,
): string[] {
  const add = context.privileged ? undefined : (capabilities ?? context.capabilities?.add ?? []);
  const flags = [
    ...['--user', `${context.runAsUser}:${context.runAsGroup}`],
    ...(context.capabilities?.drop ?? []).flatMap((name) => ['--cap-drop', name]),
    ...(add?.flatMap((name) => ['--cap-add', name]) ?? ['--privileged']),
  ];
  if (ofPod?.fsGroup !== undefined) flags.push('--group-add', String(ofPod.fsGroup));
  if (context.allowPrivilegeEscalation === false) flags.push('--security-opt', 'no-new-privileges');
  if (context.readOnlyRootFilesystem) flags.push('--read-only', '--read-only-tmpfs=false');
  const profile = seccomp ?? profileOf(context.seccompProfile ?? ofPod?.seccompProfile);
  if (profile !== undefined) flags.push('--security-opt', `seccomp=${profile}`);
  return flags;
}

/** RuntimeDefault is what podman does by itself; a node has one profile of its own. */
function profileOf(profile: SeccompProfile | undefined): string | undefined {
  if (profile?.type === 'Localhost') return OWN_PROFILE;
  return profile?.type === 'Unconfined' ? 'unconfined' : undefined;
}

function memoryFlags({ resources }: Container): string[] {
  const limit = resources?.limits?.memory;
  return limit === undefined ? [] : ['--memory', String(limit).replace('Mi', 'm')];
}

export function makeVolume(options: PodOptions, volume: Volume): void {
  const path = join(options.folder, volume.name);
  const files = filesOf(options, volume);
  if (files === undefined) return;
  mkdirSync(path, { recursive: true });
  const group = options.deployment.pod.securityContext?.fsGroup ?? 0;
  for (const [name, text] of Object.entries(files)) {
    const file = join(path, name);
    writeFileSync(file, text);
    chownSync(file, 0, group);
    chmodSync(file, volume.secret?.defaultMode ?? 0o644);
  }
  if (volume.emptyDir === undefined) return;
  // As the kubelet makes it: the set-group-id bit gives the pod's group what is made in it.
  chownSync(path, 0, group);
  chmodSync(path, 0o2777);
}

/** Nothing for what is made by others: folders of the host, and what only a cluster has, such as a credential. */
function filesOf({ deployment, secret }: PodOptions, volume: Volume): Record<string, string> | undefined {
  if (volume.configMap !== undefined) return deployment.configuration;
  if (volume.secret !== undefined) return secret ?? {};
  return volume.emptyDir === undefined ? undefined : {};
}

/** What is mounted for a volume; nothing where the cluster would have to give it. */
export function sourceOf(options: PodOptions, name: string): string | undefined {
  const volume = options.deployment.pod.volumes?.find((each) => each.name === name);
  if (volume?.hostPath !== undefined) return volume.hostPath.path;
  return volume === undefined || filesOf(options, volume) === undefined
    ? undefined
    : join(options.folder, name);
}
