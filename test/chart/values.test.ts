import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConfigMap } from 'kubernetes-types/core/v1.d.ts';
import type { NetworkPolicy } from 'kubernetes-types/networking/v1.d.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complaints } from '../manifests/complaints.ts';
import { type Asked, buildRenderer } from './chart.ts';
import { installed } from './installed.ts';

const folder = mkdtempSync(join(tmpdir(), 'sysprobe-chart-'));
let renderer: string;

beforeAll(() => {
  renderer = buildRenderer();
});

afterAll(() => rmSync(folder, { recursive: true }));

const install = (values: object, asked?: Asked) => installed(renderer, values, asked);

describe('the configuration', () => {
  const given = {
    socket: '/run/flows/probe.sock',
    socketMode: '0640',
    maxFlows: 1_000_000,
    ringBytes: '16MiB',
    dnsPorts: [53, 5353],
    dnsEnabled: false,
    excludeContainers: 'image:pause',
    listenPort: 8080,
    podLabelsAsTags: '{"app":"kube_app"}',
    metricsLabels: ['namespace', 'port'],
    tags: 'env:prod team:shop',
  };
  const runtimeNames = { enabled: true };

  it('is what the programs read', () => {
    const file = join(folder, 'sysprobe.yaml');
    writeFileSync(
      file,
      install({ config: given, runtimeNames }).find<ConfigMap>('ConfigMap')?.data?.['sysprobe.yaml'] ?? '',
    );
    const printed = (program: string) => {
      const args = [`dist/${program}.js`, '--config', file, '--print-config'];
      return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
    };
    expect(printed('system-probe')).toMatchObject({
      socket: '/run/flows/probe.sock',
      socketMode: 0o640,
      maxFlows: 1_000_000,
      ringBytes: 2 ** 24,
      dnsPorts: [53, 5353],
      dnsEnabled: false,
      excludeContainers: [{ field: 'image', expression: 'pause' }],
    });
    expect(printed('node-agent')).toMatchObject({
      listenPort: 8080,
      metricsLabels: ['namespace', 'port'],
      excludeContainers: [{ field: 'image', expression: 'pause' }],
      tags: ['env:prod', 'team:shop'],
      healthPort: 5555,
    });
  });

  it('moves the mounts and the ports with it', () => {
    const config = { ...given, procRoot: '/node/proc', healthPort: 5556 };
    const { probe, agent, find } = install({ config, runtimeNames, exposed: { enabled: true } });
    expect(probe.volumeMounts?.map(({ mountPath }) => mountPath)).toEqual([
      '/run/flows',
      '/etc/sysprobe',
      '/node/proc',
      '/host/sys/fs/cgroup',
      '/run/containerd/containerd.sock',
    ]);
    expect(agent?.volumeMounts).toContainEqual({ name: 'socket', mountPath: '/run/flows', readOnly: true });
    expect(agent?.ports).toEqual([
      { name: 'health', containerPort: 5556 },
      { name: 'http', containerPort: 8080 },
    ]);
    const [rule] = find<NetworkPolicy>('NetworkPolicy')?.spec?.ingress ?? [];
    expect(rule?.ports).toEqual([{ protocol: 'TCP', port: 8080 }]);
  });

  it('replaces the pods when it changes', () => {
    const digest = (config: object) => install({ config }).pod.metadata?.annotations?.['checksum/config'];
    expect(digest({})).toBe(digest({ logLevel: 'info' }));
    expect(digest({ logLevel: 'debug' })).not.toBe(digest({}));
  });
});

describe('what users of charts set', () => {
  const everything = {
    image: {
      repository: 'registry.example/sysprobe',
      tag: '1.2.3',
      pullPolicy: 'Always',
      pullSecrets: [{ name: 'registry' }],
    },
    serviceAccount: { name: 'watcher', annotations: { 'example/role': 'reader' } },
    rbac: { extraRules: [{ apiGroups: [''], resources: ['nodes/proxy'], verbs: ['get'] }] },
    priorityClassName: 'mine',
    terminationGracePeriodSeconds: 30,
    updateStrategy: { rollingUpdate: { maxSurge: '10%' } },
    nodeSelector: { 'kubernetes.io/os': null, pool: 'apps' },
    affinity: {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{}] } },
    },
    tolerations: [],
    podAnnotations: { 'example/note': '1' },
    podLabels: { team: 'net' },
    extraVolumes: [{ name: 'history', emptyDir: {} }],
    probe: {
      appArmorProfile: { type: 'Localhost', localhostProfile: 'sysprobe-system-probe' },
      extraEnv: [{ name: 'A', value: '1' }],
      resources: { limits: { cpu: '1', memory: '1Gi' } },
    },
    agent: {
      extraEnv: [
        { name: 'SYSPROBE_OTLP_HEADERS', valueFrom: { secretKeyRef: { name: 'otlp', key: 'headers' } } },
      ],
      extraVolumeMounts: [{ name: 'history', mountPath: '/history' }],
    },
    networkPolicy: { extraEgress: [{ ports: [{ port: 4318 }] }] },
    exposed: {
      enabled: true,
      tokenSecret: { name: 'mine', key: 'password' },
      service: { annotations: { a: 'b' } },
      podMonitor: { labels: { release: 'prometheus' } },
    },
  };

  it('is in the objects, whose fields Kubernetes knows', () => {
    const { objects, spec, pod, probe, agent, daemonSet, find } = install(everything);
    expect(complaints(objects)).toBe('');
    expect(spec).toMatchObject({
      serviceAccountName: 'watcher',
      imagePullSecrets: [{ name: 'registry' }],
      priorityClassName: 'mine',
      terminationGracePeriodSeconds: 30,
      nodeSelector: { pool: 'apps' },
      affinity: everything.affinity,
    });
    expect(spec.nodeSelector).not.toHaveProperty(['kubernetes.io/os']);
    expect(spec).not.toHaveProperty('tolerations');
    expect(spec.volumes).toContainEqual({ name: 'history', emptyDir: {} });
    expect(pod.metadata).toMatchObject({ annotations: { 'example/note': '1' }, labels: { team: 'net' } });
    expect(daemonSet?.spec?.updateStrategy?.rollingUpdate).toEqual({ maxSurge: '10%', maxUnavailable: 0 });
    for (const container of [probe, agent]) {
      expect(container).toMatchObject({
        image: 'registry.example/sysprobe:1.2.3',
        imagePullPolicy: 'Always',
      });
    }
    expect(probe.securityContext).toMatchObject({ appArmorProfile: everything.probe.appArmorProfile });
    expect(probe.env).toContainEqual({ name: 'A', value: '1' });
    expect(probe.resources?.limits).toEqual({ cpu: '1', memory: '1Gi' });
    expect(agent?.env).toContainEqual(everything.agent.extraEnv[0]);
    expect(agent?.env).toContainEqual({ name: 'SYSPROBE_TOKEN_FILE', value: '/etc/sysprobe-token/password' });
    expect(find<NetworkPolicy>('NetworkPolicy')?.spec?.egress).toContainEqual({ ports: [{ port: 4318 }] });
    expect(find('PodMonitor')).toMatchObject({ metadata: { labels: { release: 'prometheus' } } });
    expect(find('ServiceAccount')).toMatchObject({ metadata: { name: 'watcher' } });
  });

  it('on OpenShift, what the probe may do is what its constraints allow, and the check runs under them', () => {
    const { find, probe } = install({ openshift: true, probe: { withoutSysAdmin: true } });
    const { capabilities, seccompProfile } = probe.securityContext ?? {};
    expect(find('SecurityContextConstraints')).toMatchObject({
      allowedCapabilities: capabilities?.add,
      seccompProfiles: ['runtime/default', `localhost/${seccompProfile?.localhostProfile}`],
      users: ['system:serviceaccount:sysprobe:sysprobe'],
    });
    expect(find('Pod')).toMatchObject({ spec: { serviceAccountName: 'sysprobe' } });
  });

  it('takes no label away by which the pods are found', () => {
    const { daemonSet } = install({ podLabels: { 'app.kubernetes.io/name': 'other' } });
    const labels = daemonSet?.spec?.template.metadata?.labels;
    expect(labels).toMatchObject(daemonSet?.spec?.selector.matchLabels ?? { none: 'none' });
  });

  it('a quantity may be a number', () => {
    const limits = { cpu: 1.5, memory: 1e9 };
    expect(install({ agent: { resources: { limits } } }).agent?.resources?.limits).toEqual(limits);
  });

  it('a digest is stronger than a tag', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    expect(install({ image: { tag: '1', digest } }).probe.image).toBe(`sysprobe@${digest}`);
  });

  it('OnDelete has no rolling update', () => {
    const { daemonSet } = install({ updateStrategy: { type: 'OnDelete' } });
    expect(daemonSet?.spec?.updateStrategy).toEqual({ type: 'OnDelete' });
  });

  it('can do without service account, roles, network policy, service and monitor', () => {
    const { objects, spec } = install({
      serviceAccount: { create: false },
      rbac: { create: false },
      networkPolicy: { enabled: false },
      exposed: { enabled: true, service: { enabled: false }, podMonitor: { enabled: false } },
    });
    expect(objects.map(({ kind }) => kind).sort()).toEqual(['ConfigMap', 'DaemonSet', 'Pod']);
    expect(spec.serviceAccountName).toBe('default');
  });
});

describe('names', () => {
  const names = (values: object, asked: Asked) =>
    Object.fromEntries(install(values, asked).objects.map(({ kind, metadata }) => [kind, metadata.name]));

  it('are the release’s, and in the whole cluster also the namespace’s', () => {
    expect(names({}, { name: 'net', namespace: 'watch' })).toMatchObject({
      DaemonSet: 'net-sysprobe',
      ServiceAccount: 'net-sysprobe',
      ClusterRole: 'watch-net-sysprobe',
      Pod: 'net-sysprobe-check',
    });
  });

  it('can be given', () => {
    const given = names({ fullnameOverride: 'flows' }, { namespace: 'flows' });
    expect(new Set(Object.values(given))).toEqual(new Set(['flows', 'flows-check']));
  });

  it('are short enough for Kubernetes', () => {
    const long = Object.values(names({}, { name: 'n'.repeat(53), namespace: 'm'.repeat(63) }));
    expect(Math.max(...long.map((name) => name.length))).toBeLessThanOrEqual(63);
  });
});

describe('NOTES.txt', () => {
  it('tells how to see the map and what must be there first', () => {
    const { notes } = install({
      exposed: { enabled: true },
      probe: { withoutSysAdmin: true },
      datadogNames: true,
    });
    expect(notes).toContain('port-forward daemonset/datadog-agent 7676');
    expect(notes).toContain('create secret generic sysprobe-token --from-literal=token=');
    expect(notes).toContain('pod-security.kubernetes.io/enforce=privileged');
    expect(notes).toContain('/var/lib/kubelet/seccomp/profiles/sysprobe.json');
    expect(install({}).notes).not.toContain('sysprobe-token');
  });
});
