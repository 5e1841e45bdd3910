import type { Failure, FlowState } from '../../wire/flow.ts';
import { TcpState } from '../events.gen.ts';

const states: Record<number, FlowState> = {
  [TcpState.ESTABLISHED]: 'established',
  [TcpState.SYN_SENT]: 'syn_sent',
  [TcpState.SYN_RECV]: 'syn_recv',
  [TcpState.FIN_WAIT1]: 'fin_wait1',
  [TcpState.FIN_WAIT2]: 'fin_wait2',
  [TcpState.TIME_WAIT]: 'closed',
  [TcpState.CLOSE]: 'closed',
  [TcpState.CLOSE_WAIT]: 'close_wait',
  [TcpState.LAST_ACK]: 'last_ack',
  [TcpState.CLOSING]: 'closing',
};

export function stateName(state: number): FlowState {
  return states[state] ?? 'closed';
}

const EPIPE = 32;
const ENETUNREACH = 101;
const ECONNRESET = 104;
const ETIMEDOUT = 110;
const ECONNREFUSED = 111;
const EHOSTUNREACH = 113;

const failures: Record<number, Failure> = {
  [EPIPE]: 'reset',
  [ENETUNREACH]: 'net_unreachable',
  [ECONNRESET]: 'reset',
  [ETIMEDOUT]: 'timeout',
  [ECONNREFUSED]: 'refused',
  [EHOSTUNREACH]: 'host_unreachable',
};

/** States in which the application had not closed its side yet, so that an error is one it could meet. */
const open: ReadonlySet<number> = new Set([
  TcpState.ESTABLISHED,
  TcpState.SYN_SENT,
  TcpState.SYN_RECV,
  TcpState.CLOSE_WAIT,
]);

/**
 * Why a connection failed, from the state it left for CLOSE and the socket's error; undefined when it did not.
 * A reset after our own close is the peer not reading to the end, and a connect given up (error 0) is `other`.
 */
export function failureOf(oldState: number, error: number): Failure | undefined {
  if (oldState === TcpState.SYN_SENT) return failures[error] ?? 'other';
  if (error === 0) return undefined;
  if (open.has(oldState)) return failures[error] ?? 'other';
  return error === ETIMEDOUT ? 'timeout' : undefined;
}
