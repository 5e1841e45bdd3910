import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import type { Conntrack as ConntrackInterface } from '../native.ts';
import { toBytes, toText } from './args.ts';
import { type Context, guarded, misuse, refusal } from './failure.ts';
import type { Libraries } from './libraries.ts';
import { type Memory, roundUp } from './memory.ts';
import { openNetlink } from './netlink.ts';

const { EAGAIN, EBADF, EINTR, ENOBUFS } = constants.errno;

const NETLINK_NETFILTER = 12;
const SOL_NETLINK = 270;
const NETLINK_CAP_ACK = 10;
const MSG_TRUNC = 0x20;
const MSG_DONTWAIT = 0x40;
const ALIGNMENT = 4;
/** The largest answer is a connection with all of its attributes, some hundred bytes. */
const ANSWER_SIZE = 8192;

/** The descriptor of an exchange that was dropped without close(). */
const abandoned = new FinalizationRegistry<number>(closeSync);

/** A NETLINK_NETFILTER socket in the network namespace of a file. */
export class Conntrack implements ConntrackInterface {
  readonly #context: Context;
  readonly #answer: Memory;
  #socket: number | undefined;

  constructor(context: Context, netns: unknown) {
    const { libraries } = context;
    this.#context = context;
    this.#answer = libraries.memory.allocate(ANSWER_SIZE);
    this.#socket = guarded(context, 'conntrack', () => {
      const socket = openNetlink(libraries, toText(netns, 'netns'), NETLINK_NETFILTER);
      try {
        askForShortErrors(libraries, socket);
        return socket;
      } catch (error) {
        closeSync(socket);
        throw error;
      }
    });
    abandoned.register(this, this.#socket, this);
  }

  exchange(requests: Uint8Array, answers: Uint8Array): number {
    return guarded(this.#context, 'exchange', () => {
      const given = toBytes(requests, 'requests');
      const out = toBytes(answers, 'answers');
      if (this.#socket === undefined) throw misuse(EBADF, 'the socket is closed');
      const { c, errno, memory } = this.#context.libraries;
      if (c.send(this.#socket, memory.copyOf(given), given.length, 0) < 0) {
        throw refusal(errno(), 'the requests');
      }
      return this.#receiveAll(this.#socket, out);
    });
  }

  close(): void {
    if (this.#socket === undefined) return;
    abandoned.unregister(this);
    closeSync(this.#socket);
    this.#socket = undefined;
  }

  /** The kernel answers while it is being sent the requests: when that returns, nothing more is to come. */
  #receiveAll(socket: number, out: Uint8Array): number {
    let used = 0;
    let isWhole = true;
    for (let size = this.#receive(socket); size >= 0; size = this.#receive(socket)) {
      const end = used + roundUp(size, ALIGNMENT);
      isWhole &&= size <= ANSWER_SIZE && end <= out.length;
      // The rest must not be taken for answers to the next requests.
      if (!isWhole) continue;
      out.set(this.#answer.bytes.subarray(0, size), used);
      out.fill(0, used + size, end);
      used = end;
    }
    if (isWhole) return used;
    throw misuse(ENOBUFS, `the answers do not fit the buffer of ${out.length} bytes; they are lost`);
  }

  /** The size of the next answer, which is only whole when it fits; -1 when there is none. */
  #receive(socket: number): number {
    const { c, errno } = this.#context.libraries;
    for (;;) {
      const size = c.recv(socket, this.#answer, ANSWER_SIZE, MSG_DONTWAIT + MSG_TRUNC);
      if (size >= 0) return size;
      const reason = errno();
      if (reason === EAGAIN) return -1;
      if (reason !== EINTR) throw refusal(reason, 'the answers');
    }
  }
}

/** Without it the kernel repeats the request in each answer that is an error. */
function askForShortErrors({ c, errno, memory }: Libraries, socket: number): void {
  const on = memory.allocate(4);
  on.view.setInt32(0, 1, true);
  if (c.setsockopt(socket, SOL_NETLINK, NETLINK_CAP_ACK, on, 4) !== 0) {
    throw refusal(errno(), 'NETLINK_CAP_ACK');
  }
}
