import fc from 'fast-check';
import { expect, test } from 'vitest';
import { gather, parseLine, readLines } from './lines.ts';

async function* chunksOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function collect<T>(batches: AsyncIterable<T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const batch of batches) all.push(...batch);
  return all;
}

test('lines come whole however the chunks are cut', async () => {
  const line = fc.string({ unit: 'binary', minLength: 1 }).map((text) => JSON.stringify(text));
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.integer({ min: 1, max: 9 }), async (lines, size) => {
      const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
      expect(await collect(readLines(chunksOf(bytes, size)))).toEqual(lines);
    }),
  );
});

test('an answer that is cut off is an error, behind the lines that were whole', async () => {
  const seen: string[] = [];
  const reading = (async () => {
    for await (const lines of readLines(chunksOf(Buffer.from('1\n2\n3'), 2))) seen.push(...lines);
  })();
  await expect(reading).rejects.toMatchObject({ code: 'SP_WIRE_INVALID' });
  expect(seen).toEqual(['1', '2']);
});

test('a line without end is refused', async () => {
  const endless = Array.from({ length: 5 }, () => Buffer.alloc(1024 * 1024, 'x'));
  const chunks = (async function* () {
    yield* endless;
  })();
  await expect(collect(readLines(chunks))).rejects.toMatchObject({ code: 'SP_WIRE_INVALID' });
});

test('lines are gathered into batches that are large enough', async () => {
  const batches = (async function* () {
    for (let i = 0; i < 7; i++) yield [`${i}`];
  })();
  const sizes: number[] = [];
  for await (const batch of gather(batches, 3)) sizes.push(batch.length);
  expect(sizes).toEqual([3, 3, 1]);
});

test('a line that is not JSON is refused', () => {
  expect(() => parseLine('<html>')).toThrow(expect.objectContaining({ code: 'SP_WIRE_INVALID' }));
});
