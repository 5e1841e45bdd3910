import { expect, test } from 'vitest';
import { accepted } from './accept.ts';

const OFFERS = ['application/json', 'application/x-ndjson', 'application/cbor-seq'] as const;

test.each([
  [undefined, 'application/json'],
  ['*/*', 'application/json'],
  ['application/*', 'application/json'],
  ['application/cbor-seq', 'application/cbor-seq'],
  ['text/html, application/x-ndjson', 'application/x-ndjson'],
  ['application/json;q=0.5, application/cbor-seq', 'application/cbor-seq'],
  ['*/*;q=0.1, Application/X-NDJSON;q=0.2', 'application/x-ndjson'],
  ['application/json;q=0, */*', 'application/x-ndjson'],
  ['application/cbor-seq;charset=utf-8', 'application/cbor-seq'],
])('Accept: %s is answered with %s', (header, expected) => {
  expect(accepted(header, OFFERS)).toBe(expected);
});

test.each(['text/html', 'application/json;q=0', 'application/json;q=x', '', ';;,'])(
  'Accept: %s is refused',
  (header) => {
    expect(() => accepted(header, OFFERS)).toThrow(
      expect.objectContaining({ code: 'SP_NOT_ACCEPTABLE', allowed: OFFERS }),
    );
  },
);
