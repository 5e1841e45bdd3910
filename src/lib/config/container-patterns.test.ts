import { expect, it } from 'vitest';
import { compilePattern, containerPatterns } from './container-patterns.ts';

it('reads patterns apart by white space', () => {
  expect(containerPatterns.parse(' image:nginx:1\\..*  name:^a$\tkube_namespace:x ')).toEqual([
    { field: 'image', expression: 'nginx:1\\..*' },
    { field: 'name', expression: '^a$' },
    { field: 'kube_namespace', expression: 'x' },
  ]);
  expect(containerPatterns.parse('')).toEqual([]);
});

it.each(['nginx', 'label:a', 'name', 'name:(', 'name:a image:[', 'NAME:a'])('refuses %j', (text) => {
  expect(containerPatterns.parse(text)).toBeUndefined();
});

it("knows Go's way to leave case out", () => {
  const [pattern] = containerPatterns.parse('name:(?i)^web$') ?? [];
  expect(pattern && compilePattern(pattern).test('WEB')).toBe(true);
});
