import { describe, expect, it } from 'vitest';
import { SysprobeError } from '../lib/errors.ts';
import { parseMapQuery } from './map-query.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const parse = (text: string) => parseMapQuery(new URLSearchParams(text), { now: NOW, windowMs: 300_000 });

function refusal(text: string): SysprobeError {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof SysprobeError) return error;
  }
  throw new Error(`${text} was not refused`);
}

it('asks for processes in the whole window by default', () => {
  const query = parse('');
  expect(query).toMatchObject({ group: 'process', limit: 2000, match: undefined });
  expect(query.sinceMs(NOW)).toBe(300_000);
});

it('gives the same key to the same question only', () => {
  expect(parse('group=address').key).toBe(parse('group=address').key);
  const keys = ['', 'group=address', 'expand=a', 'limit=5', 'since=1m', 'port=80', 'not=true&port=80'].map(
    (text) => parse(text).key,
  );
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
    const { sinceMs } = parse('since=1m30s');
    expect([sinceMs(NOW), sinceMs(NOW + 60_000)]).toEqual([90_000, 90_000]);
  });

  it('as a time stays where it is, as far as the map looks back', () => {
    const { sinceMs } = parse('since=2026-03-01T11:59:00Z');
    expect([sinceMs(NOW), sinceMs(NOW + 30_000), sinceMs(NOW + 1e9)]).toEqual([60_000, 90_000, 300_000]);
  });

  it.each(['since=10m', 'since=2026-03-01T11:00:00Z'])(
    'is refused when the map does not look back so far: %s',
    (text) => {
      expect(refusal(text)).toMatchObject({
        parameter: 'since',
        message: expect.stringContaining('historySeconds'),
      });
    },
  );

  it.each(['since=yesterday', 'since=', 'since=2030-01-01T00:00:00Z'])('is refused: %s', (text) => {
    expect(refusal(text)).toMatchObject({ code: 'SP_QUERY_INVALID', parameter: 'since' });
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
