import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot, version } from '../../src/lib/package-root.ts';
import { complaints } from './complaints.ts';
import { containerOf, type Document, readDeployment, readDocuments } from './documents.ts';

const files = [
  'manifests/install.yaml',
  'manifests/rendered/exposed.yaml',
  'manifests/rendered/datadog-names.yaml',
  'manifests/rendered/openshift.yaml',
  'manifests/rendered/runtime-names.yaml',
  'manifests/rendered/without-sys-admin.yaml',
  'manifests/check-job.yaml',
];

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sysprobe-manifests-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

describe.each(files)('%s', (file) => {
  it('has the fields that Kubernetes knows, and no other', () => {
    expect(complaints(readDocuments(file))).toBe('');
  });
});

it('a field that Kubernetes does not know is found', () => {
  const [namespace] = readDocuments('manifests/install.yaml');
  expect(complaints([{ ...namespace, hostPid: true } as unknown as Document])).toContain('hostPid');
});

describe('manifests/install.yaml', () => {
  const { pod, configuration } = readDeployment('manifests/install.yaml');

  it('has the image of this version', () => {
    expect(pod.containers.map(({ image }) => image)).toEqual([`sysprobe:${version}`, `sysprobe:${version}`]);
  });

  it('gives no container the privileged mode, another namespace of the host, or a port of it', () => {
    expect(pod).not.toMatchObject({ hostPID: true });
    for (const name of ['hostNetwork', 'hostPID', 'hostIPC']) expect(pod).not.toHaveProperty(name);
    for (const { securityContext, ports = [] } of pod.containers) {
      expect(securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
      });
      expect(securityContext).not.toHaveProperty('privileged');
      for (const port of ports) expect(port).not.toHaveProperty('hostPort');
    }
  });

  it('gives the credential of Kubernetes to the agent alone, and no path of the host to it', () => {
    const mounts = (name: string) => containerOf(pod, name).volumeMounts?.map((mount) => mount.name);
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(mounts('system-probe')).toEqual(['socket', 'configuration', 'proc', 'cgroup']);
    expect(mounts('node-agent')).toEqual(['socket', 'configuration', 'credential']);
  });

  it('configures both programs with options that they know', () => {
    const file = join(folder, 'sysprobe.yaml');
    writeFileSync(file, configuration['sysprobe.yaml'] ?? '');
    const printed = (program: string) =>
      JSON.parse(
        execFileSync(process.execPath, [`dist/${program}.js`, '--config', file, '--print-config'], {
          encoding: 'utf8',
        }),
      );
    expect(printed('system-probe')).toMatchObject({
      procRoot: '/host/proc',
      runtimeSockets: [],
      ignored: [],
    });
    expect(printed('node-agent')).toMatchObject({ healthPort: 5555, listenHost: '127.0.0.1', ignored: [] });
  });
});

describe.each(['sysprobe-probe.service', 'sysprobe-agent.service'])('manifests/systemd/%s', (name) => {
  it('is understood by systemd as a whole', () => {
    const text = readFileSync(join(packageRoot, 'manifests/systemd', name), 'utf8');
    const unit = join(folder, name);
    // The programs need not be installed here.
    writeFileSync(unit, text.replace(/^ExecStart=\S+/m, 'ExecStart=/bin/true'));
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', unit], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

it('the AppArmor profile is understood by its parser', () => {
  const profile = join(packageRoot, 'manifests/profiles/sysprobe-system-probe');
  const options = ['--skip-kernel-load', '--skip-cache', profile];
  expect(spawnSync('apparmor_parser', options, { encoding: 'utf8' })).toMatchObject({ status: 0 });
});
