import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TransactionTable } from './transactions.ts';

const MAX_PENDING = 5;
const TIMEOUT_MS = 1000;

const step = fc.record({
  passedNs: fc.nat(700e6),
  socket: fc.nat(2),
  id: fc.nat(2),
  name: fc.constantFrom('a.test', 'b.test', undefined),
  kind: fc.constantFrom('question', 'answer', 'expiry'),
});

test('every question ends once or is counted, and so is every answer', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      let questions = 0;
      let answers = 0;
      let answered = 0;
      let timedOut = 0;
      let timeNs = 0;
      const table = new TransactionTable<undefined>({
        maxPending: MAX_PENDING,
        timeoutMs: TIMEOUT_MS,
        onTransaction(transaction) {
          if (transaction.outcome === 'timeout') timedOut++;
          else {
            answered++;
            expect(transaction.latencyUs).toBeLessThanOrEqual(5 * TIMEOUT_MS * 1000);
          }
        },
      });
      for (const { passedNs, socket, id, name, kind } of steps) {
        timeNs += passedNs;
        if (kind === 'expiry') table.expire(timeNs);
        else {
          const isResponse = kind === 'answer';
          if (isResponse) answers++;
          else questions++;
          const server = { ip: '192.0.2.53', port: 53 };
          table.observe(
            { socket, timeNs, server, transport: 'udp', owner: undefined },
            {
              ...{ id, isResponse, opcode: 0, rcode: 'NOERROR', truncated: false, complete: true },
              questions: name === undefined ? [] : [{ name, type: 'A' }],
              ...{ answers: [], authority: [], additional: [], answerCount: 0 },
            },
          );
        }
        expect(table.pending).toBeLessThanOrEqual(MAX_PENDING);
        const { pending, retries, ignored, evicted } = table;
        expect(questions).toBe(answered + timedOut + pending + retries + ignored + evicted);
        expect(answers).toBe(answered + table.lateAnswers + table.duplicateAnswers + table.unmatchedAnswers);
      }
      table.expire(Number.MAX_SAFE_INTEGER);
      expect(table.pending).toBe(0);
    }),
  );
});
