import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FLOWS } from '../lib/filter/flows.ts';
import { atOnce } from '../map/steps.ts';
import type { MapTimeline } from '../map/types.ts';
import { filteredMap } from '../query/filtered-map.ts';
import { filteredTimeline } from '../query/filtered-timeline.ts';
import { parseMapQuery } from '../query/map-query.ts';
import { parseTimelineQuery } from '../query/timeline-query.ts';
import { connection, connections, END_S, inOrder, Node, slot, WINDOW_MS, window } from './node.fixture.ts';
import { AT_MS, at } from './store/flow.fixture.ts';

function drawing({ flows, now }: Node, text: string) {
  const query = parseTimelineQuery(new URLSearchParams(text), { now, windowMs: WINDOW_MS, set: FLOWS });
  return filteredTimeline(flows, query.at(now), query.match ?? (() => true));
}

function mapOf({ flows, now }: Node, text: string) {
  const query = parseMapQuery(new URLSearchParams(text), { now, windowMs: WINDOW_MS, set: FLOWS });
  return filteredMap(flows, query, query.match ?? (() => true));
}

const filtered = (node: Node, text: string) => atOnce(drawing(node, text));
const ofAll = ({ flows, now }: Node, text: string): MapTimeline =>
  flows.timeline(parseTimelineQuery(new URLSearchParams(text), { now, windowMs: WINDOW_MS }).at(now));

const asked = fc
  .tuple(window, fc.integer({ min: 1, max: 100 }))
  .map(([text, buckets]) => `${text}&buckets=${buckets}`);

function told(reports: Parameters<Node['tell']>[0]): Node {
  const node = new Node();
  node.tell(reports);
  node.seconds = Math.max(node.seconds, END_S) + 30;
  return node;
}

it('is that of all flows when all flows match', () => {
  fc.assert(
    fc.property(connections, asked, (all, text) => {
      const node = told(inOrder(all));
      expect(filtered(node, `protocol=tcp&${text}`)).toEqual(ofAll(node, text));
    }),
  );
});

it('is that of a node which knows the matching flows alone', () => {
  fc.assert(
    fc.property(connections, asked, fc.constantFrom('curl', 'nginx'), (all, text, comm) => {
      const reports = inOrder(all);
      const [some, few] = [told(reports), told(reports.filter((each) => each.comm === comm))];
      few.seconds = some.seconds;
      expect(filtered(some, `comm=${comm}&${text}`)).toEqual(ofAll(few, text));
    }),
  );
});

it.each(['comm=curl', 'state=closed', 'min-bytes=1000', 'protocol=tcp'])(
  'adds up to the map of the same window, of %s',
  (filter) => {
    fc.assert(
      fc.property(connections, window, (all, text) => {
        const node = told(inOrder(all));
        const { buckets } = filtered(node, `${filter}&${text}&buckets=1000`);
        const sum = (name: 'bytes' | 'opened') => buckets.reduce((total, bucket) => total + bucket[name], 0);
        const { edges } = atOnce(mapOf(node, `${filter}&${text}`));
        const bytes = edges.reduce((total, edge) => total + edge.bytes.forward + edge.bytes.backward, 0);
        const opened = edges.reduce((total, { connections: { opened } }) => total + opened, 0);
        expect([sum('bytes'), sum('opened')]).toEqual([bytes, opened]);
      }),
    );
  },
);

it('is that of the moment at which it was begun, whatever happens while it is drawn', () => {
  const rest = fc.array(connection, { maxLength: 8 });
  fc.assert(
    fc.property(connections, rest, fc.integer({ min: 0, max: END_S }), slot, (all, more, until, since) => {
      const reports = inOrder([...all, ...more]);
      const node = new Node({ maxClosed: 3 });
      node.tell(reports, until);
      const text = `port=80&since=${at(Math.min(since, node.seconds))}`;
      const expected = filtered(node, text);
      const steps = drawing(node, text);
      const later = reports.filter(({ seconds }) => seconds > until);
      expect(node.tellDuring(steps, later)).toEqual(expected);
    }),
  );
});

const ONCE = {
  closes: true,
  seen: 'both',
  client: 'curl',
  server: 'nginx',
  translated: false,
  port: 0,
} as const;

it('tells from when on all of it is known', () => {
  const node = new Node({ historyBytes: 1000 });
  const lives = Array.from({ length: 60 }, (_, i) => ({
    ...ONCE,
    begin: 1 + i * 10,
    steps: [{ after: 1, bytes: 10 }],
  }));
  node.tell(inOrder(lives));
  const { oldest, buckets } = filtered(node, 'comm=curl');
  expect(Date.parse(oldest)).toBeGreaterThan(AT_MS);
  const [first] = buckets.filter(({ opened }) => opened > 0);
  expect(Date.parse(first?.at ?? '')).toBeGreaterThan(AT_MS);
});
