import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Container, PodSpec } from 'kubernetes-types/core/v1.d.ts';
import { command } from '../containers/command.ts';
import { paced } from '../live/pace.ts';
import { probeOf, type RunningProbe } from '../live/probe.ts';
import { containerOf, readDeployment } from '../manifests/documents.ts';
import { makeVolume, OWN_PROFILE, sourceOf } from '../manifests/kubelet.ts';

export interface ImageProbe extends RunningProbe {
  /** Runs a program in the probe's container, as the kubelet does. */
  exec(line: readonly string[]): Promise<string>;
}

/**
 * Starts the probe's container of manifests/install.yaml by runc, of the files in `image`: the manifest's user,
 * capabilities and mounts, and the profiles of manifests/profiles.
 */
export async function startImageProbe(image: string, appArmor: string): Promise<ImageProbe> {
  const folder = mkdtempSync(join(tmpdir(), 'sysprobe-image-'));
  const deployment = readDeployment('manifests/install.yaml');
  const pod = { deployment, image, folder };
  for (const volume of deployment.pod.volumes ?? []) makeVolume(pod, volume);
  const container = containerOf(deployment.pod, 'system-probe');
  const mounts = (container.volumeMounts ?? []).flatMap(({ name, mountPath, readOnly = false }) => {
    const source = sourceOf(pod, name);
    return source === undefined ? [] : [bind(source, mountPath, readOnly)];
  });
  const spec = specification(deployment.pod, container, { image, appArmor, mounts });
  writeFileSync(join(folder, 'config.json'), JSON.stringify(spec));
  const runc = ['--root', join(folder, 'runc')];
  const child = spawn('runc', [...runc, 'run', '--bundle', folder, 'probe'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const probe = await probeOf(child, join(folder, 'socket/sysprobe.sock'), paced(30_000));
  return { ...probe, exec: (line) => command('runc', [...runc, 'exec', 'probe', ...line]) };
}

function bind(source: string, destination: string, readOnly: boolean): object {
  const options = ['rbind', readOnly ? 'ro' : 'rw', 'nosuid', 'nodev'];
  return { destination, source, type: 'bind', options };
}

function specification(
  pod: PodSpec,
  { command: args = [], env = [], securityContext: context = {} }: Container,
  { image, appArmor, mounts }: { image: string; appArmor: string; mounts: readonly object[] },
): object {
  const capabilities = (context.capabilities?.add ?? []).map((name) => `CAP_${name}`);
  const group = pod.securityContext?.fsGroup;
  return {
    ociVersion: '1.0.2',
    process: {
      args,
      cwd: '/',
      env: ['PATH=/usr/local/bin', ...env.map(({ name, value }) => `${name}=${value}`)],
      user: {
        uid: context.runAsUser,
        gid: context.runAsGroup,
        additionalGids: group === undefined ? [] : [group],
      },
      capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities },
      noNewPrivileges: context.allowPrivilegeEscalation === false,
      apparmorProfile: appArmor,
    },
    root: { path: image, readonly: context.readOnlyRootFilesystem === true },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755'] },
      { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', 'ro'] },
      ...mounts,
    ],
    linux: {
      namespaces: ['pid', 'mount', 'ipc', 'uts', 'network'].map((type) => ({ type })),
      seccomp: JSON.parse(readFileSync(OWN_PROFILE, 'utf8')),
    },
  };
}
