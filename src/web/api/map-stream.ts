import type { MapChange, MapGraph } from '../../map/types.ts';
import { ApiError, fetchJson } from './fetch-json.ts';

export interface MapStreamHandlers {
  onSnapshot(graph: MapGraph): void;
  onChange(change: MapChange): void;
  /** The stream is gone; it is being opened again. */
  onLost(): void;
  /** The agent takes the question for a wrong one. */
  onRefused(error: ApiError): void;
}

const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 15_000;
const TIMEOUT_MS = 10_000;

/**
 * Follows `/api/v1/map`. The browser reconnects by itself after a cut connection, but not after an answer that is no
 * stream (a proxy's 502): that is tried again here, less and less often. Returns what ends it.
 */
export function followMap(query: string, handlers: MapStreamHandlers): () => void {
  const url = `api/v1/map?${query}`;
  const ended = new AbortController();
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let retryMs = FIRST_RETRY_MS;

  const open = () => {
    source = new EventSource(url);
    source.addEventListener('map', (event: MessageEvent<string>) => {
      retryMs = FIRST_RETRY_MS;
      handlers.onSnapshot(JSON.parse(event.data) as MapGraph);
    });
    source.addEventListener('change', (event: MessageEvent<string>) => {
      handlers.onChange(JSON.parse(event.data) as MapChange);
    });
    source.addEventListener('error', () => {
      if (source?.readyState === EventSource.CLOSED) void explain();
      else handlers.onLost();
    });
  };
  // An event source does not tell what it was answered.
  const explain = async () => {
    const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const error: unknown = await fetchJson(url, signal).catch((reason: unknown) => reason);
    if (ended.signal.aborted) return;
    if (error instanceof ApiError && error.refused) return handlers.onRefused(error);
    handlers.onLost();
    timer = setTimeout(open, retryMs);
    retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
  };
  open();
  return () => {
    ended.abort();
    clearTimeout(timer);
    source?.close();
  };
}
