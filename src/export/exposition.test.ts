import { expect, test } from 'vitest';
import { exposition } from './exposition.ts';
import { type Family, Histogram, type Label } from './family.ts';

const label = (name: string, value: string): Label => ({ name, attribute: name, value });

function family(more: Partial<Family>): Family {
  return {
    name: 'sysprobe_things',
    otlp: { name: 'sysprobe.things', unit: '1' },
    type: 'gauge',
    help: 'Things.',
    points: [],
    ...more,
  };
}

test('values of labels are escaped', () => {
  const points = [{ labels: [label('a', 'quote " slash \\ line\nend')], value: 1.5 }];
  expect(exposition('text/plain', [family({ points })], [])).toBe(
    '# HELP sysprobe_things Things.\n# TYPE sysprobe_things gauge\n' +
      'sysprobe_things{a="quote \\" slash \\\\ line\\nend"} 1.5\n',
  );
});

test('counters are named as each format wants it', () => {
  const counter = family({ type: 'counter', points: [{ labels: [], value: 3 }] });
  expect(exposition('text/plain', [counter], [])).toContain('# TYPE sysprobe_things_total counter\n');
  expect(exposition('application/openmetrics-text', [counter], [])).toContain(
    '# TYPE sysprobe_things counter\n',
  );
});

test('a histogram has all its buckets, each with those below', () => {
  const value = new Histogram();
  for (const seconds of [0.0001, 0.003, 0.003, 60]) value.observe(seconds);
  const text = exposition(
    'text/plain',
    [family({ type: 'histogram', points: [{ labels: [label('a', 'b')], value }] })],
    [label('env', 'prod')],
  );
  expect(text).toContain('sysprobe_things_bucket{a="b",env="prod",le="0.0005"} 1\n');
  expect(text).toContain('sysprobe_things_bucket{a="b",env="prod",le="0.005"} 3\n');
  expect(text).toContain('sysprobe_things_bucket{a="b",env="prod",le="10"} 3\n');
  expect(text).toContain('sysprobe_things_bucket{a="b",env="prod",le="+Inf"} 4\n');
  expect(text).toContain(
    'sysprobe_things_sum{a="b",env="prod"} 60.0061\nsysprobe_things_count{a="b",env="prod"} 4\n',
  );
});

test('a family without series is left out', () => {
  expect(exposition('text/plain', [family({})], [])).toBe('');
});
