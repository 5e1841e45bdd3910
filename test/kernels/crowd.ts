import { command } from '../containers/command.ts';
import type { FlowEvent } from '../live/probe.ts';
import type { Traffic } from '../live/traffic.ts';
import { compare } from './compare.ts';
import type { CaseGroup } from './group.ts';

const NAMESPACES = 20;
const CONNECTIONS = 250;

type Room = Traffic & { netns: number; connections: number };

/** Thousands of connections, most of them open at once, in namespaces that nobody has seen before. */
export const crowd: CaseGroup = {
  name: 'TCP in many namespaces',
  flags: [],
  async *run({ stream }) {
    const before = stream.events.length;
    const flags = ['--namespaces', String(NAMESPACES), '--connections', String(CONNECTIONS)];
    const rooms: Room[] = JSON.parse(await command('python3', ['test/live/crowd.py', ...flags]));
    const byNetns = new Map(rooms.map((room) => [room.netns, [] as FlowEvent[]]));
    let seen = before;
    let closed = 0;
    const sort = (events: FlowEvent[]) => {
      for (; seen < events.length; seen++) {
        const event = events[seen];
        const room = event?.type === 'flow.closed' ? byNetns.get(event.netns ?? 0) : undefined;
        if (event === undefined || room === undefined) continue;
        room.push(event);
        closed++;
      }
      return closed >= 2 * NAMESPACES * CONNECTIONS;
    };
    await stream.until(sort).catch(() => undefined);
    const compared = rooms.map((room) => compare(byNetns.get(room.netns) ?? [], room, room));
    yield {
      name: `connections in ${NAMESPACES} namespaces`,
      connections: NAMESPACES * CONNECTIONS,
      differences: [...new Set(compared.flatMap(({ differences }) => differences))],
      flows: compared.flatMap(({ flows }) => flows).slice(0, 5),
    };
  },
};
