import { expect, test } from 'vitest';
import { FLOW_FILTERS } from '../../src/lib/filter/flows.ts';
import { NetworkMap } from '../../src/map/network-map.ts';
import { MAP_GROUPS } from '../../src/map/types.ts';
import { selectionFilters } from '../../src/web/flows/query.ts';
import { graphFromSnapshot } from '../../src/web/graph/state.ts';
import { asMapFlow } from './fixture.ts';
import { recordsOf, SHOP } from './shop.ts';

test.each(MAP_GROUPS)('grouped by %s, every selection becomes filters that the API takes', (group) => {
  const now = Date.now();
  const map = new NetworkMap({ windowMs: 60_000 });
  for (const record of SHOP.flatMap((connection) => recordsOf(connection, now))) {
    map.update(asMapFlow(record), now);
  }
  const graph = graphFromSnapshot(map.graph({ now, group }));
  const nodes = [...graph.nodes.keys()].map((id) => ({ kind: 'node' as const, id }));
  const edges = [...graph.edges.keys()].map((id) => ({ kind: 'edge' as const, id }));
  for (const selection of [...nodes, ...edges]) {
    const filters = selectionFilters(selection, graph);
    expect(filters, selection.id).not.toEqual([]);
    for (const [name, value] of filters) {
      const filter = FLOW_FILTERS.find((known) => known.name === name);
      expect(filter?.compile(value), `${name}=${value}`).toBeTypeOf('function');
    }
  }
});
