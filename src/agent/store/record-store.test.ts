import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CODECS } from '../../wire/kinds.ts';
import type { ProcessRecord, ProcessState } from '../../wire/process.ts';
import { RecordStore } from './record-store.ts';

const codec = CODECS.process;

function process(id: string, state: ProcessState = 'running', more: Partial<ProcessRecord> = {}) {
  return codec.toRow({ id, pid: 1, state, startedAt: '2026-03-01T12:00:00.000000000Z', ...more });
}

function shown(store: RecordStore): string[] {
  return store.rows().map((row) => {
    const { id, state } = codec.read(row);
    return `${id} ${state}`;
  });
}

it('tells what is new, what changed, what ended and what was known', () => {
  const store = new RecordStore('process', 8);
  expect(store.put(process('a'))).toBe('new');
  expect(store.put(process('a'))).toBeUndefined();
  expect(store.put(process('a', 'running', { comm: 'sh' }))).toBe('changed');
  expect(store.put(process('a', 'exited', { comm: 'sh' }))).toBe('ended');
  expect(store.put(process('b', 'exited'))).toBe('ended');
  expect(shown(store)).toEqual(['a exited', 'b exited']);
});

it('takes what ended as running again only in a later life', () => {
  const store = new RecordStore('container', 8);
  const container = (startedAt: string, state: 'running' | 'exited') =>
    CODECS.container.toRow({ id: 'c', state, startedAt });
  store.put(container('2026-03-01T12:00:00.000000000Z', 'exited'));
  expect(store.put(container('2026-03-01T12:00:00.000000000Z', 'running'))).toBeUndefined();
  expect(store.put(container('2026-03-01T12:00:05.000000000Z', 'running'))).toBe('changed');
});

it('lets what ended make room before what goes on', () => {
  const store = new RecordStore('process', 2);
  store.put(process('a'));
  store.put(process('b', 'exited'));
  store.put(process('c'));
  expect(shown(store)).toEqual(['a running', 'c running']);
  store.put(process('d'));
  expect(shown(store)).toEqual(['c running', 'd running']);
  expect(store.counts).toEqual({ size: 2, evictedRunning: 1, evictedEnded: 1 });
});

it('takes newer figures of what goes on in its place, and nothing else', () => {
  const store = new RecordStore('process', 8);
  for (const id of ['a', 'b']) store.put(process(id));
  store.put(process('c', 'exited'));
  store.refresh(process('a', 'running', { memory: { rssBytes: 5 } }));
  for (const row of [process('b', 'exited'), process('c'), process('d')]) store.refresh(row);
  expect(shown(store)).toEqual(['c exited', 'a running', 'b running']);
  expect(codec.read(store.get('a') ?? []).memory).toEqual({ rssBytes: 5 });
});

it('ends what a list no longer has', () => {
  const store = new RecordStore('process', 8);
  for (const id of ['a', 'b', 'c']) store.put(process(id));
  store.beginList();
  store.put(process('b'));
  expect(store.endList().map((row) => codec.read(row).id)).toEqual(['a', 'c']);
  expect(shown(store)).toEqual(['a exited', 'c exited', 'b running']);
});

it('is bounded and counts each record that made room, whatever comes', () => {
  const step = fc.record({ id: fc.nat(12), state: fc.constantFrom<ProcessState>('running', 'exited') });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 6 }), fc.array(step, { maxLength: 60 }), (max, steps) => {
      const store = new RecordStore('process', max);
      let entered = 0;
      for (const { id, state } of steps) {
        const before = shown(store).some((each) => each.startsWith(`${id} `));
        if (store.put(process(String(id), state)) !== undefined && !before) entered += 1;
        expect(store.rows().length).toBeLessThanOrEqual(max);
      }
      const { size, evictedEnded, evictedRunning } = store.counts;
      expect(size + evictedEnded + evictedRunning).toBe(entered);
    }),
  );
});
