import { describe, expect, it } from 'vitest';
import { TcpState } from '../events.gen.ts';
import { failureOf, stateName } from './outcome.ts';

describe('failureOf', () => {
  it.each([
    ['refused', TcpState.SYN_SENT, 111],
    ['timeout', TcpState.SYN_SENT, 110],
    ['host_unreachable', TcpState.SYN_SENT, 113],
    ['net_unreachable', TcpState.SYN_SENT, 101],
    ['other', TcpState.SYN_SENT, 0],
    ['reset', TcpState.ESTABLISHED, 104],
    ['reset', TcpState.CLOSE_WAIT, 32],
    ['timeout', TcpState.ESTABLISHED, 110],
    ['timeout', TcpState.FIN_WAIT1, 110],
    ['other', TcpState.ESTABLISHED, 71],
  ] as const)('is %s when state %i ends with error %i', (reason, state, error) => {
    expect(failureOf(state, error)).toBe(reason);
  });

  it.each([
    ['an orderly close', TcpState.LAST_ACK, 0],
    ['our own abort', TcpState.ESTABLISHED, 0],
    ['a reset after our close', TcpState.FIN_WAIT1, 104],
    ['a reset after both sides closed', TcpState.FIN_WAIT2, 104],
  ] as const)('is none for %s', (_, state, error) => {
    expect(failureOf(state, error)).toBeUndefined();
  });
});

describe('stateName', () => {
  it('names every state of the kernel, and one it does not know as closed', () => {
    expect(stateName(TcpState.SYN_SENT)).toBe('syn_sent');
    expect(stateName(TcpState.TIME_WAIT)).toBe('closed');
    expect(stateName(99)).toBe('closed');
  });
});
