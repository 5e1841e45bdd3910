import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Flow } from './flow.ts';
import { selectFlows } from './select.ts';

function closedAt(second: number | undefined): Flow {
  return {
    protocol: 'tcp',
    family: 'ipv4',
    source: { ip: '10.0.0.1', port: 1 },
    dest: { ip: '10.0.0.2', port: 2 },
    state: second === undefined ? 'established' : 'closed',
    ...(second === undefined ? {} : { closedAt: new Date(second * 1000).toISOString() }),
    sent: { bytes: 0 },
    received: { bytes: 0 },
  };
}

const match = () => true;

test('last takes the newest, first the oldest, both in the order of time', () => {
  const flows = [closedAt(3), closedAt(undefined), closedAt(1), closedAt(2)];
  const times = (limit: { last?: number; first?: number }) =>
    selectFlows(flows, { match, last: limit.last, first: limit.first }).flows.map((flow) =>
      flow.closedAt?.slice(17, 19),
    );
  expect(times({})).toEqual(['01', '02', '03', undefined]);
  expect(times({ last: 2 })).toEqual(['03', undefined]);
  expect(times({ first: 2 })).toEqual(['01', '02']);
  expect(times({ last: 0 })).toEqual([]);
  expect(times({ last: 9 })).toHaveLength(4);
});

test('matched counts what the limit left out', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 99 })), fc.nat({ max: 20 }), (seconds, last) => {
      const answer = selectFlows(seconds.map(closedAt), {
        match: (flow) => flow.closedAt !== undefined && Date.parse(flow.closedAt) < 50_000,
        last,
        first: undefined,
      });
      expect(answer.matched).toBe(seconds.filter((second) => second < 50).length);
      expect(answer.flows).toHaveLength(Math.min(last, answer.matched));
    }),
  );
});
