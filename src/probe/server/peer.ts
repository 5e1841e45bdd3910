import type { Socket } from 'node:net';
import type { Native } from '../native.ts';

/** Whether a user may read what the probe knows. */
export type PeerRule = (socket: Socket) => boolean;

/** The file mode lets in whole groups; this lets in users, by what the kernel noted when they connected. */
export function allowUids(native: Native, uids: readonly number[]): PeerRule {
  return (socket) => {
    const descriptor = descriptorOf(socket);
    return descriptor !== undefined && uids.includes(native.peerCredentials(descriptor).uid);
  };
}

/** Node shows it nowhere else. */
function descriptorOf(socket: Socket): number | undefined {
  const { _handle: handle } = socket as Socket & { _handle?: { fd?: number } };
  return handle?.fd !== undefined && handle.fd >= 0 ? handle.fd : undefined;
}
