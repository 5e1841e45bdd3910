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
    address: (ip) => enricher.address(ip) ?? called(enricher, ip),
  };
}

function called(enricher: Enricher, ip: string) {
  return enricher.peer({ dest: { ip } });
}
