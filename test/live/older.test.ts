import { afterEach, describe, expect, it } from 'vitest';
import type { FlowRecord } from '../../src/wire/flow.ts';
import { poll, type RunningProbe, startProbe } from './probe.ts';
import { startTraffic } from './traffic.ts';

let probe: RunningProbe | undefined;

afterEach(() => probe?.stop());

describe('a connection that is older than the probe', () => {
  it('is known from the start with owner and counters, once, and exact when it closes', async () => {
    const options = { sent: 123_456, received: 789, hold: 'told' };
    const { port, release, done } = await startTraffic('transfer', options);
    probe = await startProbe();
    const stream = await probe.follow();
    const before = await probe.flows(`port=${port}`);
    expect(before.map(({ state }) => state)).toEqual(['established', 'established']);
    release();
    const { client, server } = await done;
    let flows: FlowRecord[] = [];
    await poll(async () => {
      flows = (await probe?.flows(`port=${port}&state=closed`)) ?? [];
      return flows.length === 2;
    });
    const side = (role: string) => flows.find((flow) => flow.role === role);
    expect(side('client')).toMatchObject({
      id: before.find(({ role }) => role === 'client')?.id,
      process: { pid: client.pid, comm: 'python3' },
      sent: { bytes: client.sent },
      received: { bytes: client.received },
    });
    expect(side('server')).toMatchObject({
      process: { pid: server.pid },
      sent: { bytes: server.sent },
      received: { bytes: server.received },
    });
    expect(side('client')).not.toHaveProperty('openedAt');
    const ids = flows.map(({ id }) => id);
    const ofThese = (type: string) =>
      stream.events.filter((event) => event.type === type && ids.includes(event.id));
    await stream.until(() => ofThese('flow.closed').length >= 2);
    expect(ofThese('flow.closed')).toHaveLength(2);
    expect(ofThese('flow.opened')).toEqual([]);
    stream.stop();
  });

  it('gives the sockets that an older listener accepts their owner', async () => {
    const { port, release, done } = await startTraffic('transfer', { sent: 1, count: 2, hold: 'told' });
    probe = await startProbe();
    release();
    const { server } = await done;
    let accepted: FlowRecord[] = [];
    await poll(async () => {
      const flows = (await probe?.flows(`port=${port}&state=closed`)) ?? [];
      accepted = flows.filter(({ source, openedAt }) => source.port === port && openedAt !== undefined);
      return accepted.length > 0;
    });
    expect(new Set(accepted.map((flow) => flow.process?.pid))).toEqual(new Set([server.pid]));
  });
});
