import { expect, it } from 'vitest';
import { TcpState } from '../events.gen.ts';
import { isLive } from './live.ts';
import { flowRecord } from './record.fixture.ts';

it.each([
  ['an open connection', {}, true],
  ['one that is connecting', { state: TcpState.SYN_SENT }, true],
  ['one that the peer has closed', { state: TcpState.CLOSE_WAIT }, true],
  ['a socket that has closed', { state: TcpState.CLOSE }, false],
  ['no state', { state: 0 }, false],
  ['no state that there is', { state: 200 }, false],
  ['no network namespace', { netns: 0 }, false],
  ['no peer', { destPort: 0 }, false],
  ['an address of the kernel for a counter', { sent: 0xffff_8881_0000_0000 }, false],
])('%s is live: %o, %s', (_, fields, live) => {
  expect(isLive(flowRecord(fields))).toBe(live);
});
