import { hostname } from 'node:os';
import type { AgentConfig } from '../../lib/config/load.ts';
import { SysprobeError } from '../../lib/errors.ts';
import type { Source } from './kubernetes.ts';

export type KubernetesConfig = Pick<
  AgentConfig,
  | 'kubernetes'
  | 'kubernetesHost'
  | 'kubernetesPort'
  | 'kubernetesTokenFile'
  | 'kubernetesCaFile'
  | 'nodeName'
  | 'kubeletHost'
  | 'kubeletPort'
  | 'kubeletTlsVerify'
  | 'kubeletIntervalMs'
  | 'maxGonePods'
  | 'podLabelsAsTags'
>;

export function nodeName({ nodeName: given }: Pick<KubernetesConfig, 'nodeName'>): string {
  return given ?? hostname();
}

/** Undefined where there is no Kubernetes. Throws SP_CONFIG_INVALID. */
export function sourceOf(config: KubernetesConfig): Source | undefined {
  const { kubernetes: choice, kubernetesHost, kubeletHost } = config;
  const files = { tokenFile: config.kubernetesTokenFile, caFile: config.kubernetesCaFile };
  const api = kubernetesHost && { host: kubernetesHost, port: config.kubernetesPort, ...files, verify: true };
  const kubelet = kubeletHost && {
    access: { host: kubeletHost, port: config.kubeletPort, ...files, verify: config.kubeletTlsVerify },
    intervalMs: config.kubeletIntervalMs,
  };
  switch (choice) {
    case 'off':
      return undefined;
    case 'kubelet':
      return { kubelet: kubelet || missing(choice, 'kubeletHost') };
    case 'api':
      return { api: api || missing(choice, 'kubernetesHost'), node: nodeName(config) };
    case 'auto':
      // The host name is not always the node's name, and the kubelet has no other pods than those of its node.
      if (kubelet && (config.nodeName === undefined || !api)) return { kubelet, ...(api && { api }) };
      return api ? { api, node: nodeName(config) } : undefined;
    default:
      return choice satisfies never;
  }
}

function missing(choice: string, option: string): never {
  throw new SysprobeError('SP_CONFIG_INVALID', `kubernetes is "${choice}", but ${option} is not given`);
}
