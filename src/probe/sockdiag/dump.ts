import { TimeSlice } from '../../lib/time-slice.ts';
import { AddressFamily, IpProtocol, TcpState } from '../events.gen.ts';
import type { Native } from '../native.ts';
import { type DiagSocket, EXTENSION_INFO, parseDiagDump } from './diag-message.ts';
import type { Netns } from './netns.ts';

export interface NodeSocket extends DiagSocket {
  netns: number;
}

export interface SocketDump {
  sockets: NodeSocket[];
  netnsVisited: number;
  /** Namespaces that could not be read: gone meanwhile, or refused. */
  netnsSkipped: number;
  /** Sockets beyond `maxSockets`. */
  socketsSkipped: number;
  /** Namespaces of which sockets may be missing, for either reason. */
  incomplete: Set<number>;
}

export interface DumpOptions {
  native: Pick<Native, 'sockDiag'>;
  namespaces: readonly Netns[];
  maxSockets?: number;
}

/** TIME_WAIT and SYN_RECV are not whole sockets and have no counters; a listener is no connection. */
const CONNECTION_STATES = stateBits(
  TcpState.ESTABLISHED,
  TcpState.SYN_SENT,
  TcpState.FIN_WAIT1,
  TcpState.FIN_WAIT2,
  TcpState.CLOSE_WAIT,
  TcpState.LAST_ACK,
  TcpState.CLOSING,
);
const MIN_BUFFER = 256 * 1024;
/** Room for about 150,000 connections in one namespace. */
const MAX_BUFFER = 64 * 1024 * 1024;

/** TCP sockets that listen, in each of the namespaces: 0.1 ms a namespace. Throws when none can be read. */
export function listListeners(options: DumpOptions): Promise<SocketDump> {
  return dump(options, { states: stateBits(TcpState.LISTEN), extensions: 0 });
}

/**
 * TCP connections with their counters, in each of the namespaces. For once at start: the kernel walks the connections
 * of the whole node for every namespace, about 1 ms each and 1.5 us a connection.
 * Throws when none can be read.
 */
export function listConnections(options: DumpOptions): Promise<SocketDump> {
  return dump(options, { states: CONNECTION_STATES, extensions: EXTENSION_INFO });
}

async function dump(
  { native, namespaces, maxSockets = 65_536 }: DumpOptions,
  request: { states: number; extensions: number },
): Promise<SocketDump> {
  const result: SocketDump = {
    sockets: [],
    netnsVisited: 0,
    netnsSkipped: 0,
    socketsSkipped: 0,
    incomplete: new Set(),
  };
  const reader = new DiagReader(native);
  const slice = new TimeSlice();
  let firstError: unknown;
  for (const { id, path } of namespaces) {
    if (slice.isOver) await slice.pause();
    try {
      for (const family of [AddressFamily.IPV4, AddressFamily.IPV6]) {
        for (const socket of reader.read({ netns: path, family, protocol: IpProtocol.TCP, ...request })) {
          if (result.sockets.length < maxSockets) {
            result.sockets.push({ ...socket, netns: id });
          } else {
            result.socketsSkipped++;
            result.incomplete.add(id);
          }
        }
      }
      result.netnsVisited++;
    } catch (error) {
      if (!isSkippable(error)) throw error;
      firstError ??= error;
      result.netnsSkipped++;
      result.incomplete.add(id);
    }
  }
  // The same codes tell of a kernel without tcp_diag, or of a missing capability.
  if (result.netnsVisited === 0 && firstError !== undefined) throw firstError;
  return result;
}

class DiagReader {
  readonly #native: Pick<Native, 'sockDiag'>;
  #buffer = new Uint8Array(MIN_BUFFER);

  constructor(native: Pick<Native, 'sockDiag'>) {
    this.#native = native;
  }

  read(request: Parameters<Native['sockDiag']>[0]): DiagSocket[] {
    for (;;) {
      try {
        return parseDiagDump(this.#buffer.subarray(0, this.#native.sockDiag(request, this.#buffer)));
      } catch (error) {
        if (codeOf(error) !== 'ENOBUFS' || this.#buffer.length >= MAX_BUFFER) throw error;
        this.#buffer = new Uint8Array(this.#buffer.length * 4);
      }
    }
  }
}

/** The namespace's process ended (ENOENT, ESRCH, EINVAL for a file that is none any more), or may not be entered. */
function isSkippable(error: unknown): boolean {
  return ['ENOENT', 'ESRCH', 'EINVAL', 'EACCES', 'EPERM', 'ENOBUFS'].includes(codeOf(error) ?? '');
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

function stateBits(...states: number[]): number {
  return states.reduce((bits, state) => bits | (1 << state), 0);
}
