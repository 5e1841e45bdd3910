import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import { misuse, refusal } from './failure.ts';
import type { Libraries } from './libraries.ts';
import type { Memory } from './memory.ts';
import { roundUp } from './memory.ts';
import { openNetlink } from './netlink.ts';

const { EINTR, EIO, ENOBUFS, ENOENT } = constants.errno;

const NETLINK_SOCK_DIAG = 4;
const SOCK_DIAG_BY_FAMILY = 20;
const NLM_F_REQUEST_DUMP = 0x301;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const ALIGNMENT = 4;
/** struct nlmsghdr. */
const HEADER_SIZE = 16;
/** With struct inet_diag_req_v2. */
const REQUEST_SIZE = HEADER_SIZE + 56;
/** The kernel fills a dump's messages up to 32 KiB when the reader has room for it. */
const MESSAGE_SIZE = 32 * 1024;

export interface SockDiagRequest {
  netns: string;
  family: number;
  protocol: number;
  states: number;
  extensions: number;
}

/**
 * One dump of a network namespace's sockets: each inet_diag_msg with its attributes behind its u32 length, padded to 4.
 * ENOBUFS when `out` is too small for the whole dump.
 */
export function sockDiag(libraries: Libraries, request: SockDiagRequest, out: Uint8Array): number {
  const socket = openNetlink(libraries, request.netns, NETLINK_SOCK_DIAG);
  try {
    ask(libraries, socket, request);
    const message = libraries.memory.allocate(MESSAGE_SIZE);
    let used = 0;
    for (;;) {
      const dump = { message, size: receive(libraries, socket, message), request };
      const read = append(out, used, dump);
      if (read.isLast) return read.used;
      used = read.used;
    }
  } finally {
    closeSync(socket);
  }
}

function ask({ c, errno, memory }: Libraries, socket: number, request: SockDiagRequest): void {
  const message = memory.allocate(REQUEST_SIZE);
  const { view } = message;
  view.setUint32(0, REQUEST_SIZE, true);
  view.setUint16(4, SOCK_DIAG_BY_FAMILY, true);
  view.setUint16(6, NLM_F_REQUEST_DUMP, true);
  view.setUint8(HEADER_SIZE, request.family);
  view.setUint8(HEADER_SIZE + 1, request.protocol);
  view.setUint8(HEADER_SIZE + 2, request.extensions);
  view.setUint32(HEADER_SIZE + 4, request.states, true);
  if (c.send(socket, message, REQUEST_SIZE, 0) < 0) throw refusal(errno(), 'the request');
}

function receive({ c, errno }: Libraries, socket: number, message: Memory): number {
  for (;;) {
    const size = c.recv(socket, message, MESSAGE_SIZE, 0);
    if (size > 0) return size;
    const reason = size < 0 ? errno() : EIO;
    if (reason !== EINTR) throw refusal(reason, 'the answer');
  }
}

interface Dump {
  message: Memory;
  size: number;
  request: SockDiagRequest;
}

/** Whole netlink messages behind what is in `out` already. */
function append(
  out: Uint8Array,
  used: number,
  { message: { bytes, view }, size, request }: Dump,
): { used: number; isLast: boolean } {
  for (let at = 0; at + HEADER_SIZE <= size; ) {
    const whole = view.getUint32(at, true);
    if (whole < HEADER_SIZE || at + whole > size) break;
    const type = view.getUint16(at + 4, true);
    const payload = bytes.subarray(at + HEADER_SIZE, at + whole);
    if (type === NLMSG_DONE || type === NLMSG_ERROR) {
      // The dump's end carries an error too: 0, or what stopped it.
      if (payload.length >= 4) requireNoError(-payload.readInt32LE(0), request);
      return { used, isLast: true };
    }
    used = appendPayload(out, used, payload);
    at += roundUp(whole, ALIGNMENT);
  }
  return { used, isLast: false };
}

function appendPayload(out: Uint8Array, used: number, payload: Buffer): number {
  const end = used + 4 + roundUp(payload.length, ALIGNMENT);
  if (end > out.length) {
    const advice = 'call again with a larger one';
    throw misuse(ENOBUFS, `the dump is larger than the buffer of ${out.length} bytes; ${advice}`);
  }
  new DataView(out.buffer, out.byteOffset).setUint32(used, payload.length, true);
  out.set(payload, used + 4);
  out.fill(0, used + 4 + payload.length, end);
  return end;
}

function requireNoError(error: number, { family, protocol, netns }: SockDiagRequest): void {
  if (error === ENOENT) {
    const needed = 'it needs inet_diag and tcp_diag or udp_diag';
    throw misuse(error, `the kernel lists no sockets of family ${family}, protocol ${protocol}: ${needed}`);
  }
  if (error !== 0) throw refusal(error, `the dump of '${netns}'`);
}
