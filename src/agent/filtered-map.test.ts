import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FLOWS } from '../lib/filter/flows.ts';
import { atOnce } from '../map/steps.ts';
import type { MapGraph } from '../map/types.ts';
import { filteredMap } from '../query/filtered-map.ts';
import { parseMapQuery } from '../query/map-query.ts';
import { connection, connections, END_S, inOrder, Node, slot, WINDOW_MS, window } from './node.fixture.ts';
import { at } from './store/flow.fixture.ts';

function drawing({ flows, now }: Node, text: string) {
  const query = parseMapQuery(new URLSearchParams(text), { now, windowMs: WINDOW_MS, set: FLOWS });
  return filteredMap(flows, query, query.match ?? (() => true));
}

function mapOfAll({ flows, now }: Node, text: string): MapGraph {
  const { group, limit, window } = parseMapQuery(new URLSearchParams(text), { now, windowMs: WINDOW_MS });
  return flows.graph({ now, group, limit, ...window(now) });
}

it('has what a map has that knows the matching flows and their other sides alone', () => {
  fc.assert(
    fc.property(connections, window, fc.constantFrom('curl', 'nginx'), (all, text, comm) => {
      const reports = inOrder(all);
      const wanted = new Set(reports.filter((each) => each.comm === comm).map(({ number }) => number));
      const [some, few] = [new Node(), new Node()];
      some.tell(reports);
      few.tell(reports.filter(({ number }) => wanted.has(number)));
      // Rates are samples: of two that overlap, a map that goes on keeps the one that is true for longer.
      few.seconds = some.seconds = Math.max(some.seconds, END_S) + 30;
      expect(atOnce(drawing(some, `comm=${comm}&${text}`))).toEqual(mapOfAll(few, text));
    }),
  );
});

it('is the map of the moment at which it was begun, whatever happens while it is drawn', () => {
  const rest = fc.array(connection, { maxLength: 8 });
  fc.assert(
    fc.property(connections, rest, fc.integer({ min: 0, max: END_S }), slot, (all, more, until, since) => {
      const reports = inOrder([...all, ...more]);
      const node = new Node({ maxClosed: 3 });
      node.tell(reports, until);
      const text = `comm=curl&since=${at(Math.min(since, node.seconds))}`;
      const expected = atOnce(drawing(node, text));
      const steps = drawing(node, text);
      const later = reports.filter(({ seconds }) => seconds > until);
      expect(node.tellDuring(steps, later)).toEqual(expected);
    }),
  );
});
