import { describe, expect, it } from 'vitest';
import { SysprobeError } from '../lib/errors.ts';
import { parseMapQuery } from './map-query.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const parse = (text: string) => parseMapQuery(new URLSearchParams(text), { now: NOW, windowMs: 3_600_000 });

function refusal(text: string): SysprobeError {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof SysprobeError) return error;
  }
  throw new Error(`${text} was not refused`);
}

it('asks for processes in the last five minutes by default', () => {
  const query = parse('');
  expect(query).toMatchObject({ group: 'process', limit: 2000, match: undefined });
  expect(query.window(NOW)).toEqual({ sinceMs: 300_000 });
});

it('gives the same key to the same question only', () => {
  expect(parse('group=address').key).toBe(parse('group=address').key);
  const keys = [
    '',
    'group=address',
    'expand=a',
    'limit=5',
    'gather=5',
    'since=1m',
    'port=80',
    'not=true&port=80',
  ].map((text) => parse(text).key);
  expect(new Set(keys).size).toBe(keys.length);
});

it('takes any number of nodes to expand, up to a limit', () => {
  expect(parse('group=pod&expand=pod:a/b&expand=pod:a/c').expand).toEqual(new Set(['pod:a/b', 'pod:a/c']));
  const many = Array.from({ length: 101 }, (_, n) => `expand=${n}`).join('&');
  expect(refusal(many)).toMatchObject({ code: 'SP_QUERY_INVALID', parameter: 'expand' });
});

it('takes the filters of flows', () => {
  const { match } = parse('comm=nginx&not=true&port=80');
  const end = (port: number) => ({ ip: '10.0.0.1', port });
  const flow = {
    protocol: 'tcp',
    family: 'ipv4',
    source: end(40_000),
    dest: end(443),
    process: { comm: 'nginx' },
    state: 'established',
    sent: { bytes: 0 },
    received: { bytes: 0 },
  };
  expect(match?.(flow)).toBe(true);
  expect(match?.({ ...flow, dest: end(80) })).toBe(false);
});

describe('since', () => {
  it('as a duration moves on with the time', () => {
    const { window } = parse('since=1m30s');
    expect([window(NOW), window(NOW + 60_000)]).toEqual([{ sinceMs: 90_000 }, { sinceMs: 90_000 }]);
  });

  it('as a time stays where it is, as far as the map looks back', () => {
    const { window } = parse('since=2026-03-01T11:59:00Z');
    const asked = [NOW, NOW + 30_000, NOW + 1e9].map(window);
    expect(asked).toEqual([60_000, 90_000, 3_600_000].map((sinceMs) => ({ sinceMs })));
  });

  it.each(['since=61m', 'since=2026-03-01T10:00:00Z', 'until=61m'])(
    'is refused when the map does not look back so far: %s',
    (text) => {
      expect(refusal(text)).toMatchObject({
        parameter: text.split('=')[0],
        message: expect.stringContaining('historySeconds'),
      });
    },
  );

  it.each(['since=yesterday', 'since=', 'since=2030-01-01T00:00:00Z'])('is refused: %s', (text) => {
    expect(refusal(text)).toMatchObject({ code: 'SP_QUERY_INVALID', parameter: 'since' });
  });
});

describe('until', () => {
  const between = (since: number, until: number) => ({ between: { since: NOW - since, until: NOW - until } });

  it('as a time asks for a window that stays', () => {
    const { window } = parse('since=2026-03-01T11:40:00Z&until=2026-03-01T11:50:00Z');
    expect([window(NOW), window(NOW + 60_000)]).toEqual(Array(2).fill(between(1_200_000, 600_000)));
  });

  it('as a duration asks for one that moves on', () => {
    const { window } = parse('since=20m&until=10m');
    expect(window(NOW + 60_000)).toEqual(between(1_140_000, 540_000));
  });

  it('alone asks for the five minutes before', () => {
    expect(parse('until=10m').window(NOW)).toEqual(between(900_000, 600_000));
  });

  it('is refused when it is before since', () => {
    expect(refusal('since=10m&until=20m')).toMatchObject({ parameter: 'until' });
  });
});

it.each([
  ['group=color', 'group'],
  ['limit=0', 'limit'],
  ['limit=99999', 'limit'],
  ['group=process&group=address', 'group'],
  ['last=5', 'last'],
  ['follow=true', 'follow'],
  ['colour=red', 'colour'],
  ['port=99999', 'port'],
])('refuses %s by the name of the parameter', (text, parameter) => {
  expect(refusal(text)).toMatchObject({ code: 'SP_QUERY_INVALID', parameter });
});
