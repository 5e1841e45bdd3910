import { expect, it } from 'vitest';
import { containerPatterns } from '../../lib/config/container-patterns.ts';
import type { ContainerInfo } from '../runtimes/runtime.ts';
import { ReportPolicy } from './report-policy.ts';

const web: ContainerInfo = {
  kind: 'container',
  name: 'k8s_web_shop-0_shop_1',
  image: 'registry.test/shop/web:1.2',
  labels: { 'io.kubernetes.pod.namespace': 'shop', 'io.kubernetes.container.name': 'web' },
};

function policy(exclude: string, include = ''): ReportPolicy {
  return new ReportPolicy({
    exclude: containerPatterns.parse(exclude) ?? [],
    include: containerPatterns.parse(include) ?? [],
  });
}

it.each([
  ['', '', true],
  ['name:web', '', false],
  ['name:^web$', '', false],
  ['name:^we$', '', true],
  ['name:^k8s_web_', '', false],
  ['image:shop/web', '', false],
  ['image:^web', '', true],
  ['image:(?i)SHOP', '', false],
  ['kube_namespace:^shop$', '', false],
  ['kube_namespace:^shop-.*$', '', true],
  ['image:nothing kube_namespace:.*', '', false],
  ['image:.*', 'name:^web$', true],
  ['image:.*', 'name:^db$', false],
  ['kube_namespace:^shop$', 'image:nothing kube_namespace:shop', true],
  ['', 'name:^db$', true],
])('excluding %j and including %j', (exclude, include, reported) => {
  expect(policy(exclude, include).reports(web)).toBe(reported);
});

it('has nothing to decide without an exclusion', () => {
  expect(policy('').isNeeded).toBe(false);
  expect(policy('', 'name:a').isNeeded).toBe(false);
  expect(policy('name:a').isNeeded).toBe(true);
});

it('reports what nothing is known of', () => {
  expect(policy('name:.* image:.* kube_namespace:.*').reports(undefined)).toBe(true);
  expect(policy('image:.* kube_namespace:.*').reports({ kind: 'container', labels: {} })).toBe(true);
});
