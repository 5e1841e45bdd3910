import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TcpStreams } from './tcp-streams.ts';

const message = Uint8Array.from([0, 12, ...Array<number>(12).fill(7)]);

function open(options: { maxConnections?: number; maxBufferedBytes?: number } = {}) {
  const messages: string[] = [];
  const streams = new TcpStreams<string>({
    ...options,
    onMessage: (context, { bytes, timeNs }) => messages.push(`${context} ${bytes.length} ${timeNs}`) > 0,
  });
  const push = (socket: number, bytes: Uint8Array, { isAnswer = false, seq = 1, timeNs = 1 } = {}) =>
    streams.push({
      socket,
      isAnswer,
      context: `socket ${socket}`,
      segment: { seq, bytes, length: bytes.length, timeNs },
    });
  return { messages, streams, push };
}

test('connections and directions do not mix', () => {
  const { messages, push } = open();
  push(1, message.subarray(0, 5));
  push(2, message.subarray(0, 6));
  push(1, message, { isAnswer: true });
  push(2, message.subarray(6), { seq: 7 });
  push(1, message.subarray(5), { seq: 6, timeNs: 3 });
  expect(messages).toEqual(['socket 1 12 1', 'socket 2 12 1', 'socket 1 12 3']);
});

test('a closed connection begins anew', () => {
  const { messages, streams, push } = open();
  push(1, message.subarray(0, 5));
  streams.close(1);
  streams.close(2);
  expect([streams.size, streams.bufferedBytes]).toEqual([0, 0]);
  push(1, message);
  expect(messages).toHaveLength(1);
});

test('idle connections are forgotten, and late segments not waited for', () => {
  const { messages, streams, push } = open();
  push(1, message, { timeNs: 0 });
  push(2, message, { timeNs: 500e9 });
  push(2, message, { seq: 29, timeNs: 500e9 });
  streams.expire(601e9);
  expect([streams.size, streams.bufferedBytes, streams.gaps]).toEqual([1, 0, 1]);
  expect(messages).toHaveLength(3);
});

test('never has more than its limits', () => {
  const step = fc.record({
    socket: fc.nat(6),
    isAnswer: fc.boolean(),
    seq: fc.nat(300),
    bytes: fc.oneof(fc.constant(message), fc.uint8Array({ maxLength: 100 })),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const { streams, push } = open({ maxConnections: 4, maxBufferedBytes: 300 });
      const opened = new Set<number>();
      for (const { socket, bytes, ...segment } of steps) {
        push(socket, bytes, segment);
        opened.add(socket);
        expect(streams.size).toBeLessThanOrEqual(4);
        expect(streams.bufferedBytes).toBeLessThanOrEqual(300);
      }
      expect(streams.size + streams.evicted).toBeGreaterThanOrEqual(opened.size);
      for (const socket of opened) streams.close(socket);
      expect([streams.size, streams.bufferedBytes]).toEqual([0, 0]);
    }),
  );
});
