import { expect, it } from 'vitest';
import { isLoopback, namesLoopback } from './host.ts';

it.each(['127.0.0.1', '127.8.8.8', '::1', '[::1]', 'localhost', 'LOCALHOST'])(
  'takes %s for this machine',
  (host) => {
    expect(isLoopback(host)).toBe(true);
  },
);

it.each(['0.0.0.0', '::', '10.0.0.1', '127.example.com', 'example.com', ''])(
  'takes %s for the network',
  (host) => {
    expect(isLoopback(host)).toBe(false);
  },
);

it.each(['localhost', 'localhost:7676', '127.0.0.1:80', '[::1]:7676', 'map.localhost:1'])(
  'serves Host %s',
  (host) => {
    expect(namesLoopback(host)).toBe(true);
  },
);

it.each([
  undefined,
  '',
  'evil.example',
  'localhost.evil.example',
  '127.0.0.1.evil.example:7676',
  '10.0.0.1',
  'a:b:c',
  '[::2]',
])('refuses Host %s', (host) => {
  expect(namesLoopback(host)).toBe(false);
});
