import { describe, expect, test } from 'vitest';
import { anEdge } from '../testing/samples.ts';
import { edgeHealth, failureCount, failureShare, failureText } from './health.ts';

describe('health', () => {
  const failed = { timeout: 1, host_unreachable: 3, refused: 3 };

  test('counts and names failures, the most frequent first', () => {
    const edge = anEdge('a', 'b', { connections: { active: 0, opened: 9, closed: 9, failed } });
    expect(failureCount(edge)).toBe(7);
    expect(failureText(edge)).toBe('3 host unreachable, 3 refused, 1 timeout');
    expect(edgeHealth(edge)).toBe('failing');
  });

  test('an edge on which nothing was ever established is broken', () => {
    const connections = { active: 0, opened: 0, closed: 0, failed };
    expect(edgeHealth(anEdge('a', 'b', { connections, bytes: { forward: 0, backward: 0 } }))).toBe('broken');
    expect(edgeHealth(anEdge('a', 'b'))).toBe('ok');
  });

  test('a failure among many makes an edge degraded, not failing', () => {
    const connections = { active: 2, opened: 100, closed: 98, failed: { reset: 1 } };
    expect(edgeHealth(anEdge('a', 'b', { connections }))).toBe('degraded');
    expect(failureShare(anEdge('a', 'b', { connections }))).toBe(0.01);
    expect(edgeHealth(anEdge('a', 'b', { connections: { ...connections, failed: { reset: 9 } } }))).toBe(
      'failing',
    );
  });
});
