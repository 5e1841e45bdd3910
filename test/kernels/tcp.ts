import { makeNamespacePair } from '../live/namespaces.ts';
import type { Following } from '../live/probe.ts';
import { traffic } from '../live/traffic.ts';
import { compare } from './compare.ts';
import type { CaseGroup } from './group.ts';
import type { CaseReport } from './report.ts';
import { type Case, casesOf, dropPackets } from './tcp-cases.ts';

export const tcp: CaseGroup = {
  name: 'TCP',
  flags: [],
  async *run({ stream }) {
    const pair = makeNamespacePair('kernel');
    try {
      for (const one of casesOf(pair)) {
        if (one.lossy) dropPackets(pair);
        yield await runCase(one, stream);
      }
    } finally {
      pair.remove();
    }
  },
};

async function runCase({ name, options, ...expected }: Case, stream: Following): Promise<CaseReport> {
  const { connections, serverless = false } = expected;
  const before = stream.events.length;
  const done = await traffic(expected.traffic, { ...options, count: connections });
  const closed = () =>
    stream.events
      .slice(before)
      .filter(
        ({ type, source, dest }) => type === 'flow.closed' && [source.port, dest.port].includes(done.port),
      );
  const sides = connections * (serverless ? 1 : 2);
  // A flow that does not come is a difference, not the end of the program.
  await stream.until(() => closed().length >= sides).catch(() => undefined);
  return { name, connections, ...compare(closed(), done, expected) };
}
