import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AddressFamily } from '../events.gen.ts';
import { flowRecord } from '../flows/record.fixture.ts';
import { parseAnswers, writeLookup, writeTableRequest } from './ct-message.ts';
import { answers, requests } from './recorded.fixture.ts';

const client = { source: [10, 78, 1, 2], sourcePort: 49_748, dest: [10, 96, 0, 10], destPort: 80 };
const hairpin = {
  family: AddressFamily.IPV6,
  source: [0xfd, 0x78, 0, 2, ...Array(11).fill(0), 2],
  sourcePort: 47_616,
  dest: [0xfd, 0x96, ...Array(13).fill(0), 0x0a],
  destPort: 80,
};

test('requests are the bytes that the kernel answered', () => {
  const bytes = new Uint8Array(requests.length).fill(0xee);
  const view = new DataView(bytes.buffer);
  let size = writeLookup(view, 0, { record: flowRecord(client), sequence: 7 });
  size += writeLookup(view, size, { record: flowRecord({ ...client, sourcePort: 1 }), sequence: 8 });
  size += writeLookup(view, size, { record: flowRecord(hairpin), sequence: 9 });
  size += writeTableRequest(view, size, 10);
  expect(size).toBe(requests.length);
  expect(bytes).toEqual(requests);
});

describe('the recorded answers', () => {
  const { view, answers: parsed } = parseAnswers(answers);
  const hex = (at: number, size: number) =>
    Buffer.from(view.buffer, view.byteOffset + at, size).toString('hex');

  test('come in the order of the requests', () => {
    expect(parsed.map(({ kind, sequence }) => [kind, sequence])).toEqual([
      ['connection', 7],
      ['error', 8],
      ['connection', 9],
      ['table', 10],
    ]);
  });

  test('have both directions of an IPv4 connection', () => {
    const [answer] = parsed;
    if (answer?.kind !== 'connection') throw new Error('no connection');
    const { family, original, reply } = answer;
    expect([family, original.sourcePort, original.destPort]).toEqual([AddressFamily.IPV4, 49_748, 80]);
    expect([reply.sourcePort, reply.destPort]).toEqual([8080, 49_748]);
    expect(hex(original.sourceAt, 4)).toBe('0a4e0102');
    expect(hex(original.destAt, 4)).toBe('0a60000a');
    expect(hex(reply.sourceAt, 4)).toBe('0a4e0202');
    expect(hex(reply.destAt, 4)).toBe('0a4e0102');
  });

  test('have both directions of an IPv6 connection', () => {
    const answer = parsed[2];
    if (answer?.kind !== 'connection') throw new Error('no connection');
    const { family, original, reply } = answer;
    expect([family, original.sourcePort, original.destPort]).toEqual([AddressFamily.IPV6, 47_616, 80]);
    expect([reply.sourcePort, reply.destPort]).toEqual([8081, 47_616]);
    expect(hex(original.destAt, 16)).toBe('fd96000000000000000000000000000a');
    expect(hex(reply.sourceAt, 16)).toBe('fd780002000000000000000000000002');
    expect(hex(reply.destAt, 16)).toBe('fd780002000000000000000000000001');
  });

  test('tell of no connection by errno, and how full the table is', () => {
    expect(parsed[1]).toEqual({ kind: 'error', sequence: 8, errno: 2 });
    expect(parsed[3]).toEqual({ kind: 'table', sequence: 10, entries: 7, maxEntries: 262_144 });
  });
});

test('messages of other kinds are left out', () => {
  const done = Uint8Array.from([20, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  expect(parseAnswers(done).answers).toEqual([]);
  expect(parseAnswers(new Uint8Array()).answers).toEqual([]);
});

describe('bytes that are no answers', () => {
  /** Whatever it parses lies within the bytes; whatever it does not, it says so. */
  function expectParsedOrRefused(bytes: Uint8Array): void {
    let parsed: ReturnType<typeof parseAnswers>;
    try {
      parsed = parseAnswers(bytes);
    } catch (error) {
      expect((error as Error).message).toMatch(/^malformed conntrack answer at byte \d+ of \d+$/);
      return;
    }
    for (const answer of parsed.answers) {
      if (answer.kind !== 'connection') continue;
      const size = answer.family === AddressFamily.IPV4 ? 4 : 16;
      for (const { sourceAt, destAt } of [answer.original, answer.reply]) {
        expect(Math.max(sourceAt, destAt) + size).toBeLessThanOrEqual(bytes.length);
      }
    }
  }

  test('any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), expectParsedOrRefused), { numRuns: 2000 });
  });

  test('recorded answers with some bytes changed', () => {
    const change = fc.tuple(fc.nat(answers.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
        const bytes = answers.slice();
        for (const [at, byte] of changes) bytes[at] = byte;
        expectParsedOrRefused(bytes);
      }),
      { numRuns: 2000 },
    );
  });

  test('recorded answers cut off anywhere but between messages', () => {
    const whole = [0, 212, 248, 508, 544];
    for (let size = 0; size <= answers.length; size++) {
      const parse = () => parseAnswers(answers.subarray(0, size));
      if (whole.includes(size)) expect(parse().answers).toHaveLength(whole.indexOf(size));
      else expect(parse).toThrow('malformed');
    }
  });

  test('a connection without one of its directions', () => {
    const bytes = answers.slice(0, 212);
    bytes[20 + 52 + 2] = 9;
    expect(() => parseAnswers(bytes)).toThrow('malformed');
  });
});
