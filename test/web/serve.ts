import { CLUSTER } from './cluster.ts';
import { Fixture } from './fixture.ts';
import { recordsOf, SHOP } from './shop.ts';

/**
 * The page with the scripted shop, to look at in a browser: `npx vite build && npx tsx test/web/serve.ts [PORT] [cluster]`.
 * Byte counts grow every second by a fixed rhythm.
 */
const fixture = await Fixture.start(Number(process.argv[2] ?? 7690));
const start = Date.now();
const isCluster = process.argv[3] === 'cluster';
fixture.kubernetes = isCluster ? 'on' : 'off';
const live = (isCluster ? CLUSTER : SHOP).flatMap((connection, index) =>
  recordsOf(connection, start - index * 1700),
);
fixture.report(live);

let second = 0;
setInterval(() => {
  second += 1;
  const time = new Date().toISOString();
  const rates = new Map<string, { sent: number; received: number }>();
  const moved = live
    .filter((flow, index) => flow.state !== 'closed' && (second + index) % 5 !== 0)
    .map((flow) => {
      const swing = 1 + 0.4 * Math.sin(second / 7 + flow.source.port);
      const sent = Math.round((flow.sent.bytes / 60) * swing);
      const received = Math.round((flow.received.bytes / 60) * swing);
      rates.set(flow.id, { sent, received });
      return {
        ...flow,
        lastSeenAt: time,
        sent: { ...flow.sent, bytes: flow.sent.bytes + sent * second },
        received: { ...flow.received, bytes: flow.received.bytes + received * second },
      };
    });
  fixture.report(moved, rates);
}, 1000);
console.log(fixture.url);
