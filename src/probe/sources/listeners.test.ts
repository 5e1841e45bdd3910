import { expect, it } from 'vitest';
import { ListenerSet } from './listeners.ts';

it('knows a port until the last of its sockets is closed', () => {
  const listeners = new ListenerSet();
  listeners.add(1, 80);
  listeners.add(1, 80);
  listeners.remove(1, 80);
  expect([listeners.has(1, 80), listeners.has(2, 80)]).toEqual([true, false]);
  listeners.remove(1, 80);
  expect([listeners.has(1, 80), listeners.size]).toEqual([false, 0]);
});

it('does not know what it did not see begin', () => {
  const listeners = new ListenerSet();
  listeners.remove(1, 80);
  expect(listeners.size).toBe(0);
});

it('gives up the longest unchanged, and counts it', () => {
  const listeners = new ListenerSet(2);
  for (const port of [80, 81, 80, 82]) listeners.add(1, port);
  expect([80, 81, 82].map((port) => listeners.has(1, port))).toEqual([true, false, true]);
  expect([listeners.size, listeners.max, listeners.evicted]).toEqual([2, 2, 1]);
});
