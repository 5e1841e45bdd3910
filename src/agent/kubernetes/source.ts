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
  if (choice === 'off') return undefined;
  const files = { tokenFile: config.kubernetesTokenFile, caFile: config.kubernetesCaFile };
  if (choice !== 'kubelet' && kubernetesHost !== undefined) {
    const access = { host: kubernetesHost, port: config.kubernetesPort, ...files, verify: true };
    return { kind: 'api', access, node: nodeName(config) };
  }
  if (choice !== 'api' && kubeletHost !== undefined) {
    const access = { host: kubeletHost, port: config.kubeletPort, ...files, verify: config.kubeletTlsVerify };
    return { kind: 'kubelet', access, intervalMs: config.kubeletIntervalMs };
  }
  if (choice === 'auto') return undefined;
  const name = choice === 'api' ? 'kubernetesHost' : 'kubeletHost';
  throw new SysprobeError('SP_CONFIG_INVALID', `kubernetes is "${choice}", but ${name} is not given`);
}
