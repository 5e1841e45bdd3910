import type { Enricher, Identity, NamedFlow } from '../enrich/enricher.ts';
import type { ViewSources } from '../store/flow-view.ts';

/** Containers that are remembered between two changes of a name. */
const MAX_OWNERS = 16_384;

/**
 * Who is at both ends of flows that were, as far as Kubernetes still knows them. Whose container it is is asked once
 * for many flows; whose address it was depends on the time.
 */
export function pastNames(enricher: Enricher): NonNullable<ViewSources['names']> {
  const owners = new Map<string, Identity | undefined>();
  let version = -1;
  const own = (flow: NamedFlow): Identity | undefined => {
    const id = flow.container?.id;
    if (id === undefined || flow.translated?.source !== undefined) return enricher.own(flow);
    if (version !== enricher.version || owners.size >= MAX_OWNERS) owners.clear();
    version = enricher.version;
    if (!owners.has(id)) owners.set(id, enricher.own(flow));
    return owners.get(id);
  };
  return {
    own: (_slot: number, flow: NamedFlow) => {
      const found = own(flow);
      return found && enricher.namesOf(found);
    },
    peer: (_slot: number, flow: NamedFlow) => {
      const found = enricher.peer(flow);
      return found && enricher.namesOf(found);
    },
  };
}
