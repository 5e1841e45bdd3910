import { refusal } from './failure.ts';
import type { Libraries } from './libraries.ts';

const CLOCK_REALTIME = 0;
const CLOCK_BOOTTIME = 7;
const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
/** struct ucred. */
const CREDENTIALS_SIZE = 12;

/** A preemption between two reads would shift every timestamp: the tightest of a few tries wins. */
export function readClocks({ c, memory }: Libraries): { realtime: bigint; boottime: bigint } {
  const time = memory.allocate(16);
  const read = (clock: number) => {
    c.clock_gettime(clock, time);
    return time.view.getBigInt64(0, true) * 1_000_000_000n + time.view.getBigInt64(8, true);
  };
  const attempts = Array.from({ length: 5 }, () => {
    const before = read(CLOCK_BOOTTIME);
    const realtime = read(CLOCK_REALTIME);
    const gap = read(CLOCK_BOOTTIME) - before;
    return { gap, realtime, boottime: before + gap / 2n };
  });
  const { realtime, boottime } = attempts.reduce((best, next) => (next.gap < best.gap ? next : best));
  return { realtime, boottime };
}

export function peerOf(
  { c, errno, memory }: Libraries,
  socket: number,
): { pid: number; uid: number; gid: number } {
  const credentials = memory.allocate(CREDENTIALS_SIZE);
  const size = memory.allocate(4);
  size.view.setUint32(0, CREDENTIALS_SIZE, true);
  if (c.getsockopt(socket, SOL_SOCKET, SO_PEERCRED, credentials, size) !== 0) {
    throw refusal(errno(), "the credentials of the socket's peer were asked for");
  }
  const [pid = 0, uid = 0, gid = 0] = [0, 4, 8].map((at) => credentials.view.getUint32(at, true));
  return { pid, uid, gid };
}
