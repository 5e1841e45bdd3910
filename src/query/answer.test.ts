import { expect, it } from 'vitest';
import { SysprobeError } from '../lib/errors.ts';
import { accepted, errorAnswer } from './answer.ts';

const FORMS = ['application/json', 'text/event-stream'] as const;

it.each([
  [undefined, 'application/json'],
  ['*/*', 'application/json'],
  ['text/event-stream', 'text/event-stream'],
  ['text/*', 'text/event-stream'],
  ['application/json;q=0.1, text/event-stream', 'text/event-stream'],
  ['text/html, application/xhtml+xml, */*;q=0.8', 'application/json'],
])('answers Accept %s in the form it prefers', (header, form) => {
  expect(accepted(header, FORMS)).toBe(form);
});

it.each(['text/html', 'application/json;q=0', 'nonsense'])('refuses Accept %s', (header) => {
  expect(() => accepted(header, FORMS)).toThrow(/application\/json, text\/event-stream/);
});

it('tells the client what it did wrong', async () => {
  const detail = { parameter: 'group', allowed: ['process'] };
  const answer = errorAnswer(new SysprobeError('SP_QUERY_INVALID', 'no', detail), () => {});
  expect(answer.status).toBe(400);
  expect(await answer.json()).toEqual({ error: { code: 'SP_QUERY_INVALID', message: 'no', ...detail } });
});

it('keeps what went wrong inside to itself and to the log', async () => {
  const logged: unknown[] = [];
  const error = new TypeError('secret is undefined');
  const answer = errorAnswer(error, (each) => logged.push(each));
  expect(answer.status).toBe(500);
  expect(await answer.text()).not.toContain('secret');
  expect(logged).toEqual([error]);
});
