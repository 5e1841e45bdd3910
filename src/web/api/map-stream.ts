import type { MapChange, MapGraph } from '../../map/types.ts';

export interface MapStreamHandlers {
  onSnapshot(graph: MapGraph): void;
  onChange(change: MapChange): void;
  /** The stream is gone; it is being opened again. */
  onLost(): void;
}

const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 15_000;

/**
 * Follows `/api/v1/map`. The browser reconnects by itself after a cut connection, but not after an answer that is no
 * stream (a proxy's 502): that is tried again here, less and less often. Returns what ends it.
 */
export function followMap(group: string, handlers: MapStreamHandlers): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let retryMs = FIRST_RETRY_MS;

  const open = () => {
    source = new EventSource(`api/v1/map?group=${encodeURIComponent(group)}`);
    source.addEventListener('map', (event: MessageEvent<string>) => {
      retryMs = FIRST_RETRY_MS;
      handlers.onSnapshot(JSON.parse(event.data) as MapGraph);
    });
    source.addEventListener('change', (event: MessageEvent<string>) => {
      handlers.onChange(JSON.parse(event.data) as MapChange);
    });
    source.addEventListener('error', () => {
      handlers.onLost();
      if (source?.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(open, retryMs);
      retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
    });
  };
  open();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
}
