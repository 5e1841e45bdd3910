import { afterAll, beforeAll, expect, it } from 'vitest';
import { type FlowEvent, type Following, type RunningProbe, startProbe } from './probe.ts';
import { startTraffic, traffic } from './traffic.ts';

let probe: RunningProbe;
let stream: Following;

beforeAll(async () => {
  probe = await startProbe();
  stream = await probe.follow();
});

afterAll(async () => {
  stream?.stop();
  await probe?.stop();
});

/** What happened to each flow of a port, in order, once as many as these have closed. */
async function storiesOf(port: number, flows: number): Promise<string[][]> {
  const ofPort = () =>
    stream.events.filter(({ source, dest }) => source?.port === port || dest?.port === port);
  await stream.until(() => ofPort().filter(({ type }) => type === 'flow.closed').length >= flows);
  const stories = new Map<string, string[]>();
  for (const { id, type } of ofPort()) stories.set(id, [...(stories.get(id) ?? []), type]);
  return [...stories.values()];
}

it('a connection that stays is told as it opens and as it closes', async () => {
  const { port, release, done } = await startTraffic('transfer', { sent: 10, received: 20, hold: 'told' });
  const opened = ({ type, source, dest }: FlowEvent) =>
    type === 'flow.opened' && [source.port, dest.port].includes(port);
  await stream.until((events) => events.filter(opened).length >= 2);
  release();
  await done;
  const stories = await storiesOf(port, 2);
  expect(stories).toHaveLength(2);
  for (const story of stories) {
    expect(story.at(0)).toBe('flow.opened');
    expect(story.at(-1)).toBe('flow.closed');
  }
});

it('connections that follow each other are each told to the end once, and as open before or not at all', async () => {
  const count = 500;
  const { port } = await traffic('transfer', { sent: 1, received: 1, count });
  const stories = await storiesOf(port, 2 * count);
  expect(stories).toHaveLength(2 * count);
  for (const story of stories) {
    expect(story.filter((type) => type === 'flow.closed')).toHaveLength(1);
    expect(story.at(-1)).toBe('flow.closed');
    expect(story.lastIndexOf('flow.opened')).toBeLessThanOrEqual(0);
  }
  expect(stories.some((story) => story.length === 1)).toBe(true);
});
