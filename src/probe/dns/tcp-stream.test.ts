import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Segment, TcpStream } from './tcp-stream.ts';

const limits = { maxWaiting: 4, maxWaitNs: 2e9 };
const FIRST_SEQ = 0xffff_ff00;

/** Messages of as many bytes, each with its own, after their lengths. */
function streamOf(...sizes: number[]): Uint8Array {
  const messages = sizes.map((size, index) => [
    size >> 8,
    size & 0xff,
    ...Array<number>(size).fill(index + 1),
  ]);
  return Uint8Array.from(messages.flat());
}

function segmentAt(stream: Uint8Array, from: number, to: number, copied = to - from): Segment {
  const bytes = stream.subarray(from, from + copied);
  return { seq: (FIRST_SEQ + from) >>> 0, bytes, length: to - from, timeNs: from };
}

function read(segments: Segment[], { isMessage = true, endNs = 0 } = {}) {
  const counters = { retransmittedBytes: 0, gaps: 0, lostSteps: 0 };
  const messages: string[] = [];
  const stream = new TcpStream({
    limits,
    counters,
    onMessage: ({ bytes, length }) => {
      messages.push(`${bytes[0] ?? '-'}: ${bytes.length} of ${length}`);
      return isMessage;
    },
  });
  for (const segment of segments) stream.push(segment);
  stream.expire(endNs);
  return { messages, ...counters, bufferedBytes: stream.bufferedBytes };
}

const clean = { retransmittedBytes: 0, gaps: 0, lostSteps: 0, bufferedBytes: 0 };
const stream = streamOf(20, 12, 300);
const whole = ['1: 20 of 20', '2: 12 of 12', '3: 300 of 300'];

test('several messages in one segment', () => {
  expect(read([segmentAt(stream, 0, stream.length)])).toEqual({ messages: whole, ...clean });
});

test('messages and their lengths split anywhere', () => {
  const cuts = fc.uniqueArray(fc.integer({ min: 1, max: stream.length - 1 }));
  fc.assert(
    fc.property(cuts, (at) => {
      const ends = [...at.sort((a, b) => a - b), stream.length];
      const segments = ends.map((end, index) => segmentAt(stream, ends[index - 1] ?? 0, end));
      expect(read(segments)).toEqual({ messages: whole, ...clean });
    }),
  );
});

test('a segment of every byte', () => {
  const segments = Array.from(stream, (_, at) => segmentAt(stream, at, at + 1));
  expect(read(segments)).toEqual({ messages: whole, ...clean });
});

test('segments that come again, in other parts and out of order', () => {
  const parts = fc.record({ from: fc.nat(stream.length - 1), size: fc.integer({ min: 1, max: 200 }) });
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 4 }), fc.integer({ min: 1, max: 60 }), (repeated, step) => {
      const inOrder: Segment[] = [];
      for (let at = 0; at < stream.length; at += step) {
        inOrder.push(segmentAt(stream, at, Math.min(at + step, stream.length)));
      }
      const [first, second, third, ...rest] = inOrder;
      const swapped = [first, third, second].filter((segment) => segment !== undefined);
      const again = repeated.map(({ from, size }) =>
        segmentAt(stream, from, Math.min(from + size, stream.length)),
      );
      // What has come once can come again at any time; it is no news.
      const { messages, gaps, lostSteps, bufferedBytes } = read([...swapped, ...rest, ...again]);
      expect({ messages, gaps, lostSteps, bufferedBytes }).toEqual({
        messages: whole,
        gaps: 0,
        lostSteps: 0,
        bufferedBytes: 0,
      });
    }),
  );
});

test('bytes that came before are counted', () => {
  const segments = [segmentAt(stream, 0, 30), segmentAt(stream, 10, 50), segmentAt(stream, 0, 50)];
  expect(read(segments).retransmittedBytes).toBe(20 + 50);
});

test('a segment of which the beginning was copied', () => {
  const long = streamOf(500, 20);
  const segments = [segmentAt(long, 0, 502, 100), segmentAt(long, 502, long.length)];
  expect(read(segments)).toEqual({ messages: ['1: 98 of 500', '2: 20 of 20'], ...clean });
});

test('a message of several segments of which the beginnings were copied', () => {
  const long = streamOf(500, 20);
  const segments = [
    segmentAt(long, 0, 2),
    segmentAt(long, 2, 202, 100),
    segmentAt(long, 202, 502, 100),
    segmentAt(long, 502, long.length),
  ];
  expect(read(segments)).toEqual({ messages: ['1: 100 of 500', '2: 20 of 20'], ...clean });
});

test('a message of which nothing was copied', () => {
  const segments = [segmentAt(stream, 0, 2), segmentAt(stream, 2, 22, 0), segmentAt(stream, 22, 36)];
  expect(read(segments, { isMessage: false }).messages).toEqual(['-: 0 of 20', '2: 12 of 12']);
});

test('a length among bytes that were not copied: goes on with a segment of whole messages', () => {
  const long = streamOf(100, 100, 50, 60, 70);
  const segments = [
    segmentAt(long, 0, 204, 102),
    segmentAt(long, 204, 230),
    segmentAt(long, 230, 256),
    segmentAt(long, 256, 390),
  ];
  expect(read(segments)).toEqual({
    messages: ['1: 100 of 100', '4: 60 of 60', '5: 70 of 70'],
    ...clean,
    lostSteps: 1,
  });
});

test('a segment that does not come is waited for in time and in number', () => {
  const long = streamOf(20, 20, 20, 20, 20, 20, 20);
  const all = Array.from({ length: 7 }, (_, index) => segmentAt(long, index * 22, (index + 1) * 22));
  const [first, , ...others] = all;
  if (first === undefined) throw new Error('no segment');
  const waiting = read([first, ...others.slice(0, 4)]);
  expect(waiting).toEqual({ ...clean, messages: ['1: 20 of 20'], bufferedBytes: 4 * 22 });
  const after = ['1: 20 of 20', '3: 20 of 20', '4: 20 of 20', '5: 20 of 20', '6: 20 of 20'];
  expect(read([first, ...others.slice(0, 4)], { endNs: 3e9 })).toEqual({
    ...clean,
    messages: after,
    gaps: 1,
    lostSteps: 1,
  });
  expect(read([first, ...others])).toEqual({
    ...clean,
    messages: [...after, '7: 20 of 20'],
    gaps: 1,
    lostSteps: 1,
  });
});

test('of a message whose middle is lost, the beginning is read', () => {
  const long = streamOf(300, 20);
  const segments = [segmentAt(long, 0, 102), segmentAt(long, 202, 302), segmentAt(long, 302, long.length)];
  expect(read(segments, { endNs: 3e9 })).toEqual({
    ...clean,
    messages: ['1: 100 of 300', '2: 20 of 20'],
    gaps: 1,
  });
});

test('what is not a message ends the trust in lengths', () => {
  const segments = [segmentAt(stream, 0, stream.length), segmentAt(stream, 0, 10)];
  expect(read(segments, { isMessage: false })).toMatchObject({ messages: ['1: 20 of 20'], lostSteps: 1 });
});

test('a length that no message has ends the trust in lengths', () => {
  const bytes = Uint8Array.from([0, 0, 0, 0, 0, 5, 1, 2, 3, 4, 5]);
  expect(read([segmentAt(bytes, 0, bytes.length)])).toEqual({ ...clean, messages: [], lostSteps: 1 });
});

test('numbers far away are of another connection', () => {
  const other = { ...segmentAt(stream, 0, stream.length), seq: 0x7000_0000 };
  expect(read([segmentAt(stream, 0, 10), other])).toEqual({ messages: whole, ...clean, lostSteps: 1 });
});

test('a length costs no memory before its bytes come', () => {
  const { bufferedBytes } = read([segmentAt(Uint8Array.from([0xff, 0xff, 1]), 0, 3)]);
  expect(bufferedBytes).toBeLessThan(10);
});
