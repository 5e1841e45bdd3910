import { expect, test } from 'vitest';
import { Fuzzing } from './fuzzing.ts';

test('20,000 damaged messages, as datagrams and over connections', () => {
  const fuzzing = new Fuzzing(20_240_101);
  while (fuzzing.count < 20_000) fuzzing.step();
  expect([...fuzzing.read.keys()].sort()).toEqual([
    'bad_rdata',
    'complete',
    'incomplete',
    'label_type',
    'name_too_long',
    'pointer_target',
    'question_truncated',
    'record_truncated',
    'short_header',
  ]);
  expect(fuzzing.answered).toBeGreaterThan(100);
  expect(fuzzing.timedOut).toBeGreaterThan(100);
});
