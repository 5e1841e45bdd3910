import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '../../lib/log.ts';
import { StreamReader } from '../../wire/stream-reader.ts';
import { startServer } from '../server/server.ts';
import { ReplayedProbe } from './replayed-probe.ts';
import { type Moment, type Session, SessionSource, survey } from './session.ts';

export interface ReplayOptions {
  path: string;
  socketPath: string;
  /** Seconds of the session in a second; Infinity plays it at once. */
  speed: number;
  /** Times stay those of the recording, instead of the last of them becoming the end of the replay. */
  keepTimes: boolean;
}

export interface Replay {
  session: Session;
  /** Plays what happened, to the end or until the signal. */
  play(signal: AbortSignal): Promise<void>;
  /** Resolves when someone follows. */
  followed(signal: AbortSignal): Promise<void>;
  /** Resolves when everyone who follows has been sent everything. */
  caughtUp(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Longer waits than a timer can have are made of several. */
const LONGEST_WAIT_MS = 3_600_000;
const POLL_MS = 50;
/** Who may read the socket: its owner and group, as with the probe. */
const SOCKET_MODE = 0o660;

/**
 * Serves a session on a socket as the probe does: from the start what there was when it was recorded. Throws
 * SP_FILE_UNUSABLE, SP_WIRE_INVALID, SP_SOCKET_IN_USE and SP_SOCKET_UNUSABLE.
 */
export async function startReplay({ path, socketPath, speed, keepTimes }: ReplayOptions): Promise<Replay> {
  const session = await survey(path);
  const lengthMs = Number(session.endNs - session.startNs) / 1e6;
  const endMs = Date.now() + Math.min(lengthMs / speed, Number.MAX_SAFE_INTEGER);
  const shiftNs = keepTimes ? 0n : BigInt(Math.round(endMs)) * 1_000_000n - session.endNs;
  const probe = new ReplayedProbe(session, { shiftNs, run: `replay-${Date.now().toString(36)}` });
  const moments = new SessionSource(path).moments();
  const reader = new StreamReader();
  const apply = ({ messages }: Moment) => {
    for (const message of messages) for (const record of reader.read(message)) probe.put(record);
    probe.events.flush();
  };
  let last: Moment = { atNs: session.startNs, messages: [] };
  for (;;) {
    const { value: moment }: IteratorResult<Moment, undefined> = await moments.next();
    if (moment === undefined) break;
    apply(moment);
    last = moment;
    if (moment.messages.some(({ type }) => type === 'end')) break;
  }

  const log = createLogger('sysprobe', 'warn');
  const { events } = probe;
  const server = await startServer({ socketPath, mode: SOCKET_MODE, log, view: probe, events });
  const pollUntil = async (isDone: () => boolean, signal: AbortSignal) => {
    while (!isDone() && !signal.aborted) await pause(POLL_MS, signal);
  };
  return {
    session,
    play: async (signal) => {
      const begunMs = Date.now();
      for await (const moment of moments) {
        const dueMs = begunMs + Number(moment.atNs - last.atNs) / 1e6 / speed;
        for (let wait = dueMs - Date.now(); wait > 0 && !signal.aborted; wait = dueMs - Date.now()) {
          await pause(Math.min(wait, LONGEST_WAIT_MS), signal);
        }
        if (signal.aborted) return;
        apply(moment);
        await nextTurn();
      }
    },
    followed: (signal) => pollUntil(() => events.readers.size > 0, signal),
    caughtUp: (signal) =>
      pollUntil(() => [...events.readers].every((each) => each.status().lag === 0), signal),
    close: () => server.close(),
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return sleep(ms, undefined, { signal }).catch(() => {});
}
