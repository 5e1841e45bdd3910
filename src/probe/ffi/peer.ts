import { refusal } from './failure.ts';
import type { Libraries } from './libraries.ts';

const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
/** struct ucred. */
const CREDENTIALS_SIZE = 12;

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
