import type { Container, PodSpec, SecurityContext } from 'kubernetes-types/core/v1.d.ts';
import type { KubernetesNode, Pod } from '../cri/kubernetes-node.ts';
import { makeVolume, type PodOptions, sourceOf } from './kubelet.ts';

/** Does over CRI what the kubelet would do with the manifest, so that the runtime's own defaults apply. */
export class CriPod {
  readonly #node: KubernetesNode;
  readonly #pod: Pod;
  readonly #options: PodOptions;

  private constructor(node: KubernetesNode, pod: Pod, options: PodOptions) {
    this.#node = node;
    this.#pod = pod;
    this.#options = options;
  }

  static async create(node: KubernetesNode, options: PodOptions): Promise<CriPod> {
    for (const volume of options.deployment.pod.volumes ?? []) makeVolume(options, volume);
    return new CriPod(node, await node.startPod({ name: 'sysprobe', namespace: 'sysprobe' }), options);
  }

  /** Starts a container of the pod; gives its id. */
  start(container: Container): Promise<string> {
    const { name, command = [], env = [], volumeMounts = [], securityContext = {} } = container;
    const { deployment, image } = this.#options;
    const mounts = volumeMounts.flatMap(({ name, mountPath, readOnly = false }) => {
      const hostPath = sourceOf(this.#options, name);
      return hostPath === undefined ? [] : [{ containerPath: mountPath, hostPath, readonly: readOnly }];
    });
    return this.#node.startContainer(this.#pod, {
      name,
      image,
      command,
      mounts,
      envs: env.map(({ name: key, value = 'node-1' }) => ({ key, value })),
      security: securityOf(deployment.pod, securityContext),
    });
  }
}

function securityOf({ securityContext: ofPod = {} }: PodSpec, context: SecurityContext): object {
  const { capabilities = {}, runAsUser, runAsGroup } = context;
  return {
    capabilities: { addCapabilities: capabilities.add ?? [], dropCapabilities: capabilities.drop ?? [] },
    runAsUser: { value: runAsUser },
    runAsGroup: { value: runAsGroup },
    supplementalGroups: ofPod.fsGroup === undefined ? [] : [ofPod.fsGroup],
    readonlyRootfs: context.readOnlyRootFilesystem === true,
    noNewPrivs: context.allowPrivilegeEscalation === false,
    seccomp: {
      profileType: (context.seccompProfile ?? ofPod.seccompProfile)?.type === 'RuntimeDefault' ? 0 : 1,
    },
  };
}
