import { expect, it } from 'vitest';
import { containerPatterns } from './config/container-patterns.ts';
import { ReportPolicy } from './report-policy.ts';

const web = {
  name: ['web', 'k8s_web_shop-0_shop_1'],
  image: ['registry.test/shop/web:1.2'],
  kube_namespace: ['shop'],
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

it('reports what nothing matches', () => {
  const nothing = { name: [], image: [], kube_namespace: [] };
  expect(policy('name:.* image:.* kube_namespace:.*').reports(nothing)).toBe(true);
});

it.each([
  ['kube_namespace:^shop$', '', false],
  ['kube_namespace:^front$', '', true],
  ['name:^web$', '', undefined],
  ['kube_namespace:^shop$ name:^web$', '', false],
  ['kube_namespace:^front$ name:^web$', '', undefined],
  ['kube_namespace:^shop$', 'name:^web$', undefined],
  ['kube_namespace:^front$', 'name:^web$', true],
  ['image:.*', 'kube_namespace:^shop$', true],
])('excluding %j and including %j, knows by the namespace alone', (exclude, include, reported) => {
  expect(policy(exclude, include).reports({ kube_namespace: ['shop'] })).toBe(reported);
});
