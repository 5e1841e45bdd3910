import { expect, test } from 'vitest';
import { type ParseResult, parseMessage } from '../../src/probe/dns/message.ts';
import { exchanges, messages } from './corpus.ts';
import { asDig, readDig } from './dig.ts';
import { asJudged, readWithDnsPacket } from './dns-packet.ts';
import { mutated, seededRandom } from './mutate.ts';

const recorded = exchanges.flatMap(({ by, query, answers }) =>
  [query, ...answers].map((bytes) => ({ by, bytes })),
);
const printedByDig = exchanges.flatMap(({ by, dig, answers: [answer, ...others] }) =>
  dig === undefined || answer === undefined || others.length > 0 ? [] : [{ by, dig, answer }],
);

test.each(recorded)('reads all of it: $by', ({ bytes }) => {
  expect(parseMessage(bytes)).toMatchObject({ ok: true, message: { complete: true } });
});

test.each(printedByDig)('reads what dig reads: $by', ({ dig, answer }) => {
  expect(asDig(whole(parseMessage(answer)))).toMatchObject(readDig(dig));
});

test('reads what dns-packet reads', () => {
  let judgedCount = 0;
  for (const { by, bytes } of recorded) {
    const judged = readWithDnsPacket(bytes);
    if (judged === undefined) continue;
    judgedCount++;
    expect([by, asJudged(whole(parseMessage(bytes)), judged)]).toEqual([by, judged]);
  }
  expect(judgedCount).toBeGreaterThan(recorded.length / 2);
});

test('reads damaged messages as dns-packet does, where neither refuses them', () => {
  const random = seededRandom(20_240_101);
  let judgedCount = 0;
  for (let count = 0; count < 20_000; count++) {
    const bytes = mutated(messages, random);
    const result = parseMessage(bytes);
    const judged = result.ok ? readWithDnsPacket(bytes) : undefined;
    if (!result.ok || judged === undefined) continue;
    judgedCount++;
    expect([hex(bytes), asJudged(result.message, judged)]).toEqual([hex(bytes), judged]);
  }
  expect(judgedCount).toBeGreaterThan(2_000);
});

function whole(result: ParseResult) {
  if (!result.ok) throw new Error(`refused: ${result.reason}`);
  return result.message;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
