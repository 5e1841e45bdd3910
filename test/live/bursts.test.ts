import { statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type FlowEvent, startProbe } from './probe.ts';
import { startTraffic, traffic } from './traffic.ts';

const CONNECTIONS = 10_000;
/** Another namespace may use the same port at the same time. */
const netns = Number(statSync('/proc/self/ns/net').ino);

const closedOf = (port: number) => (event: FlowEvent) =>
  event.type === 'flow.closed' &&
  event.netns === netns &&
  (event.source.port === port || event.dest.port === port);

const hasBoth = (port: number) => (events: FlowEvent[]) => events.filter(closedOf(port)).length === 2;

describe('a burst of short connections', () => {
  it('is in the stream whole, each side once and exact, with nothing lost', async () => {
    const probe = await startProbe();
    try {
      const stream = await probe.follow();
      const { port } = await traffic('transfer', { sent: 3, received: 5, count: CONNECTIONS });
      const closed = closedOf(port);
      const events = await stream.until((all) => all.filter(closed).length >= 2 * CONNECTIONS);
      const flows = events.filter(closed);
      expect(flows).toHaveLength(2 * CONNECTIONS);
      expect(new Set(flows.map(({ id }) => id)).size).toBe(2 * CONNECTIONS);
      const wrong = flows.filter((flow) => {
        const [sent, received] = flow.role === 'client' ? [3, 5] : [5, 3];
        return flow.sent.bytes !== sent || flow.received.bytes !== received;
      });
      expect(wrong).toEqual([]);
      expect(events.filter(({ type }) => type === 'lost')).toEqual([]);
      const { loss } = await probe.status();
      expect(Object.values(loss).filter((count) => count > 0)).toEqual([]);
      stream.stop();
    } finally {
      await probe.stop();
    }
  });

  it('reaches a reader that goes away in the middle and comes back with its cursor', async () => {
    const probe = await startProbe();
    try {
      const first = await probe.follow();
      const half = { sent: 1, count: CONNECTIONS / 2 };
      const { port, done } = await startTraffic('transfer', half);
      await first.until((events) => events.length > 1000);
      first.stop();
      await done;
      await traffic('transfer', { ...half, port });
      const closed = closedOf(port);
      const second = await probe.follow(`after=${first.events.at(-1)?.cursor}`);
      const before = first.events.filter(closed).length;
      await second.until((events) => before + events.filter(closed).length >= 2 * CONNECTIONS);
      expect(before + second.events.filter(closed).length).toBe(2 * CONNECTIONS);
      expect(second.events.filter(({ type }) => type === 'lost')).toEqual([]);
      second.stop();
    } finally {
      await probe.stop();
    }
  });

  it('that a small ring buffer cannot hold is counted to the last record', async () => {
    const [small, large] = await Promise.all([startProbe(['--ring-bytes', '524288']), startProbe()]);
    try {
      const streams = await Promise.all([small.follow(), large.follow()]);
      const first = await traffic('transfer', { sent: 1 });
      await Promise.all(streams.map((stream) => stream.until(hasBoth(first.port))));
      process.kill(small.pid, 'SIGSTOP');
      const { port } = await traffic('transfer', { sent: 1, count: 5000 });
      process.kill(small.pid, 'SIGCONT');
      const last = await traffic('transfer', { sent: 1 });
      const [delivered = [], all = []] = await Promise.all(
        streams.map(async (stream) => {
          const events = await stream.until(hasBoth(last.port));
          // What others on this machine do before and after is not part of the comparison.
          return events
            .slice(events.findLastIndex(closedOf(first.port)), events.findLastIndex(closedOf(last.port)))
            .filter((event) => event.type === 'flow.closed' && !event.closeMissed);
        }),
      );
      expect(all.filter(closedOf(port))).toHaveLength(2 * 5000);
      const { loss } = await small.status();
      expect(loss.ringClosed).toBeGreaterThan(0);
      expect(new Set(delivered.map(({ id }) => id)).size + (loss.ringClosed ?? 0)).toBe(
        new Set(all.map(({ id }) => id)).size,
      );
      for (const stream of streams) stream.stop();
    } finally {
      await Promise.all([small.stop(), large.stop()]);
    }
  });
});
