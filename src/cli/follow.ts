import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { SysprobeError } from '../lib/errors.ts';
import type { EventType, LostMessage } from '../wire/messages.ts';
import { parseLine, readLines } from './lines.ts';
import { ask, bodyOf, type Query, type Server } from './server.ts';

export type StreamEvent<T> = { type: EventType; cursor: string } & T;
export type StreamItem<T> = { line: string; event: StreamEvent<T> | LostMessage };

export interface FollowOptions {
  /** What is followed, e.g. `flows`. */
  path: string;
  params: [string, string][];
  /** Where the list ended that came before. */
  cursor: string;
  reconnect: boolean;
  notice: (message: string) => void;
}

const LONGEST_WAIT_MS = 5_000;

/**
 * What happens behind the cursor, for ever. When the connection breaks it comes back with the last cursor, so that
 * nothing is missed that the server still has; what it has not comes as a `lost` event.
 */
export async function* followRecords<T>(
  server: Server,
  options: FollowOptions,
): AsyncGenerator<StreamItem<T>[]> {
  let { cursor } = options;
  const comeBack = async () => {
    options.notice(`lost the connection to ${server.name}; waiting for it to come back`);
    const answer = await reopen(server, options, cursor);
    options.notice('connected again');
    return answer;
  };
  // The server may have gone since the list.
  let answer = await open(server, options, cursor).catch((error) => {
    if (!options.reconnect || !isUnreachable(error)) throw error;
    return comeBack();
  });
  for (;;) {
    try {
      for await (const lines of readLines(bodyOf(server, answer))) {
        const items = lines.map((line) => ({ line, event: parseLine(line) as StreamItem<T>['event'] }));
        cursor = items.at(-1)?.event.cursor ?? cursor;
        yield items;
      }
    } catch (error) {
      if (!isUnreachable(error)) throw error;
    }
    if (!options.reconnect)
      throw new SysprobeError('SP_SERVER_UNREACHABLE', `${server.name}: the stream ended`);
    answer = await comeBack();
  }
}

function open(server: Server, { path, params }: FollowOptions, cursor: string): Promise<IncomingMessage> {
  const query: Query = {
    path,
    params: [...params, ['follow', 'true'], ['after', cursor]],
    accept: 'application/x-ndjson',
    follow: true,
  };
  return ask(server, query);
}

async function reopen(server: Server, options: FollowOptions, cursor: string): Promise<IncomingMessage> {
  for (let wait = 250; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    await sleep(wait);
    try {
      return await open(server, options, cursor);
    } catch (error) {
      if (!isUnreachable(error)) throw error;
    }
  }
}

function isUnreachable(error: unknown): boolean {
  return error instanceof SysprobeError && error.code === 'SP_SERVER_UNREACHABLE';
}

/** In words, for stderr. */
export function describeLoss({ lost, reason }: LostMessage): string {
  if (reason === 'restarted') return 'system-probe was started anew: what happened in between is not known';
  return `${lost ?? 'some'} events lost: they came faster than they were read`;
}
