import { describe, expect, test } from 'vitest';
import { isChoosable, lookupParams, summaryParams } from './query.ts';
import { DnsView } from './view.ts';

const CONTAINER = 'b81c0de4'.repeat(8);

function asked(change: Parameters<DnsView['ask']>[0]) {
  const view = new DnsView();
  view.ask(change);
  return view.question.peek();
}

describe('what is asked of the agent', () => {
  test('is all lookups, the busiest domains first, unless something is chosen', () => {
    expect(summaryParams(asked({}))).toBe('by=domain&sort=transactions&limit=100');
    expect(lookupParams(asked({}))).toBe('last=100');
  });

  test('finds a part of a name, or what is written as a pattern', () => {
    expect(lookupParams(asked({ text: ' mail ' }))).toBe('last=100&domain=*mail*');
    expect(lookupParams(asked({ text: '.test' }))).toBe('last=100&domain=.test');
    expect(lookupParams(asked({ text: 'a*' }))).toBe('last=100&domain=a*');
  });

  test('names what failed by what it did not come to', () => {
    expect(lookupParams(asked({ outcome: 'failed' }))).toBe(
      'last=100&not=true&rcode=NOERROR&not=true&rcode=NXDOMAIN',
    );
  });

  test('leaves the chosen group out of the groups, but not of the lookups', () => {
    const question = asked({ only: { domain: 'a.test', server: '[2001:db8::1]:53' }, text: 'test' });
    expect(summaryParams(question)).toBe(
      'by=domain&sort=transactions&limit=100&server-ip=2001%3Adb8%3A%3A1&port=53',
    );
    expect(lookupParams(question)).toBe('last=100&domain=a.test&server-ip=2001%3Adb8%3A%3A1&port=53');
  });
});

test('a group that is no filter cannot be chosen', () => {
  expect(isChoosable('container', CONTAINER)).toBe(true);
  expect(isChoosable('container', '/system.slice')).toBe(false);
  expect(isChoosable('server', '10.96.0.10:53')).toBe(true);
  expect(isChoosable('server', '')).toBe(false);
  expect(isChoosable('process', 'curl')).toBe(true);
  expect(isChoosable('process', '')).toBe(false);
});

test('a group that is chosen again is none', () => {
  const view = new DnsView();
  view.choose('domain', 'a.test');
  view.choose('type', 'A');
  expect(view.question.peek().only).toEqual({ domain: 'a.test', type: 'A' });
  view.choose('domain', 'a.test');
  expect(view.question.peek().only).toEqual({ type: 'A' });
});
