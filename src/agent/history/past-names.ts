import type { Enricher, NamedFlow } from '../enrich/enricher.ts';
import type { ViewSources } from '../store/flow-view.ts';

/** Who is at both ends of flows that were, as far as Kubernetes still knows them. */
export function pastNames(enricher: Enricher): NonNullable<ViewSources['names']> {
  return {
    own: (_slot: number, flow: NamedFlow) => {
      const found = enricher.own(flow);
      return found && enricher.namesOf(found);
    },
    peer: (_slot: number, flow: NamedFlow) => {
      const found = enricher.peer(flow);
      return found && enricher.namesOf(found);
    },
  };
}
