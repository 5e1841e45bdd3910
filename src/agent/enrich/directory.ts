import type { MapDirectory } from '../../map/types.ts';
import type { Enricher } from './enricher.ts';

/** What the map asks for names that its flows do not carry. */
export function mapDirectory(enricher: Enricher, node: string): MapDirectory {
  return {
    node,
    get version() {
      return enricher.version;
    },
    container: (id) => enricher.container(id),
    address: (ip) => {
      const found = enricher.peer({ dest: { ip } });
      return found && { ...found.known, ...enricher.namesOf(found) };
    },
  };
}
