import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flowsCommand, mapCommand } from './command.ts';
import { filtersLike } from './filters.ts';
import { filterParams, parseSearch, withTerm } from './tokens.ts';

const filters = (query: string) =>
  parseSearch(query).filters.map(({ name, value, negated }) => `${negated ? '!' : ''}${name} ${value}`);

describe('a search', () => {
  test('is filters and words', () => {
    const query = 'namespace:shop port=5432 failure !pod:cart- to-label:app=web Nginx !prom';
    expect(filters(query)).toEqual([
      'namespace shop',
      'port 5432',
      'failure ',
      '!pod cart-',
      'to-label app=web',
    ]);
    expect(parseSearch(query)).toMatchObject({ words: ['nginx'], unwanted: ['prom'] });
  });

  test.each(['10.0.0.1:80', ':6380', 'fd00::1', 'app=cart', 'from-pid:4'])('%s is a word', (text) => {
    expect(parseSearch(text)).toEqual({ filters: [], words: [text], unwanted: [] });
  });

  test('waits for the value of a filter that needs one', () => {
    expect(parseSearch('port: !pod: failure:')).toEqual({
      filters: [{ name: 'failure', value: '', negated: false }],
      words: [],
      unwanted: [],
    });
  });

  test('keeps spaces in quotes, also while the closing one is missing', () => {
    expect(filters('comm:"my app" label:"a=b c')).toEqual(['comm my app', 'label a=b c']);
  });

  test('becomes parameters in the order that negation needs', () => {
    expect(filterParams(parseSearch('port:80 !comm:curl').filters)).toEqual([
      ['port', '80'],
      ['not', 'true'],
      ['comm', 'curl'],
    ]);
  });

  test('reads back every term that was added', () => {
    const term = fc.record({
      name: fc.constantFrom('comm', 'label', 'from-pod'),
      value: fc.string({ minLength: 1 }).filter((text) => !text.includes('"')),
      negated: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(term), (terms) => {
        expect(parseSearch(terms.reduce(withTerm, '')).filters).toEqual(terms);
      }),
    );
  });
});

test('suggests the filters that begin so', () => {
  expect(filtersLike('fa').map(({ name }) => name)).toEqual(['failure', 'family']);
});

test('the equal command has the same filters, quoted for the shell', () => {
  const { filters } = parseSearch('failure !comm:"it\'s *"');
  const server = 'http://127.0.0.1:7676';
  expect(flowsCommand({ server, filters, since: '5m' })).toBe(
    "sysprobe flows --server http://127.0.0.1:7676 --failure --not --comm 'it'\\''s *' --since 5m",
  );
  expect(mapCommand({ server, filters: [], group: 'label:app' })).toBe(
    'sysprobe map --server http://127.0.0.1:7676 --group-by label:app',
  );
});
