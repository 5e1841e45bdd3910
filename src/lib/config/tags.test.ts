import { expect, it } from 'vitest';
import { labelsAsTags, tags } from './tags.ts';

it('reads tags as they stand in a manifest of the Datadog Agent', () => {
  expect(tags.parse('env:aws-prd cluster-name:analysis-production')).toEqual([
    'env:aws-prd',
    'cluster-name:analysis-production',
  ]);
  expect(tags.parse('env:a, env:a,team:b')).toEqual(['env:a', 'team:b']);
  expect(tags.parse(`long:${'x'.repeat(300)}`)).toBeUndefined();
});

it('reads which labels become which tags', () => {
  expect(labelsAsTags.parse('{"service":"service","team":"squad"}')).toEqual(
    new Map([
      ['service', 'service'],
      ['team', 'squad'],
    ]),
  );
  for (const text of ['', '[]', 'null', '{"a":1}', '{"a":""}', '{', '"a"']) {
    expect(labelsAsTags.parse(text)).toBeUndefined();
  }
});
