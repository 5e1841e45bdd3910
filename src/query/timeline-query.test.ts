import { expect, it } from 'vitest';
import { parseTimelineQuery } from './timeline-query.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const HOUR = 3_600_000;
const parse = (text: string) => parseTimelineQuery(new URLSearchParams(text), { now: NOW, windowMs: HOUR });

it('asks for all that can be looked back to, of all flows, by default', () => {
  const { at, match } = parse('');
  expect(match).toBeUndefined();
  expect(at(NOW + 5)).toEqual({ now: NOW + 5, since: NOW + 5 - HOUR, until: NOW + 5, buckets: 120 });
});

it('asks for a window', () => {
  const between = { since: NOW - 1_200_000, until: NOW - 600_000 };
  expect(parse('since=20m&until=10m').at(NOW)).toMatchObject(between);
  expect(parse('since=20m').at(NOW)).toMatchObject({ ...between, until: NOW });
});

it('gives the same key to the same question only', () => {
  expect(parse('port=80').key).toBe(parse('port=80').key);
  const keys = ['', 'buckets=5', 'since=1m', 'port=80', 'not=true&port=80'].map((text) => parse(text).key);
  expect(new Set(keys).size).toBe(keys.length);
});

it.each([
  ['buckets=0', 'buckets', '"0" is not a value of buckets; allowed: a number of buckets from 1 to 1000'],
  ['buckets=1&buckets=2', 'buckets', 'buckets may be given once'],
  ['since=2h', 'since', 'the map looks back 3600s (historySeconds), not as far as "2h"'],
  ['last=5', 'last', 'last is not a parameter of the timeline'],
  ['colour=red', 'colour', 'unknown parameter "colour"'],
  ['port=x', 'port', '"x" is not a value of port; allowed: '],
  ['not=true', 'not', 'not must stand before the filter that it negates'],
  ['pod=cart', 'pod', 'pod needs Kubernetes metadata'],
])('refuses %s and says why', (text, parameter, message) => {
  const refused = { code: 'SP_QUERY_INVALID', parameter, message: expect.stringContaining(message) };
  expect(() => parse(text)).toThrow(expect.objectContaining(refused));
});
