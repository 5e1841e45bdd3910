import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseMessage } from '../../src/probe/dns/message.ts';
import { messages } from './corpus.ts';

test('the beginning of a message gives the beginning of what it says', () => {
  fc.assert(
    fc.property(fc.constantFrom(...messages), fc.nat(), (bytes, cut) => {
      const whole = parseMessage(bytes);
      const part = parseMessage(bytes.subarray(0, 12 + (cut % (bytes.length - 11))), bytes.length);
      if (!whole.ok || !part.ok) throw new Error('refused');
      for (const section of ['questions', 'answers', 'authority', 'additional'] as const) {
        const known = part.message[section];
        expect(known).toEqual(whole.message[section].slice(0, known.length));
      }
    }),
  );
});
