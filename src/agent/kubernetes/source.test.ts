import { expect, it } from 'vitest';
import { loadAgentConfig } from '../../lib/config/load.ts';
import { sourceOf } from './source.ts';

const API = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };
const KUBELET = { DD_KUBERNETES_KUBELET_HOST: '192.168.0.2', DD_KUBELET_TLS_VERIFY: 'false' };

function chosen(env: Record<string, string>): string[] {
  const source = sourceOf(loadAgentConfig({ argv: [], env }));
  if (source === undefined) return [];
  const parts = [];
  if (source.api) parts.push(`api ${source.api.host}:${source.api.port} ${source.api.verify}`);
  if ('kubelet' in source) {
    const { host, port, verify } = source.kubelet.access;
    parts.push(`kubelet ${host}:${port} ${verify}`);
  } else parts.push(`node ${source.node}`);
  return parts;
}

it.each([
  ['nothing is given', {}, []],
  [
    'it runs in a pod that knows its node',
    { ...API, NODE_NAME: 'node-a' },
    ['api 10.96.0.1:443 true', 'node node-a'],
  ],
  [
    'it runs as the Datadog Agent does',
    { ...API, ...KUBELET },
    ['api 10.96.0.1:443 true', 'kubelet 192.168.0.2:10250 false'],
  ],
  [
    'both are given with the name of the node',
    { ...API, ...KUBELET, NODE_NAME: 'node-a' },
    ['api 10.96.0.1:443 true', 'node node-a'],
  ],
  ['only the kubelet is given', KUBELET, ['kubelet 192.168.0.2:10250 false']],
  ['it is off', { ...API, ...KUBELET, SYSPROBE_KUBERNETES: 'off' }, []],
  [
    'the kubelet alone is wanted',
    { ...API, ...KUBELET, SYSPROBE_KUBERNETES: 'kubelet' },
    ['kubelet 192.168.0.2:10250 false'],
  ],
])('chooses where names come from when %s', (_, env, expected) => {
  expect(chosen(env)).toEqual(expected);
});

it.each([
  ['api', 'kubernetesHost'],
  ['kubelet', 'kubeletHost'],
])('refuses %s without its host', (choice, missing) => {
  expect(() => chosen({ SYSPROBE_KUBERNETES: choice })).toThrow(missing);
});
