import { fetchJson } from './fetch-json.ts';

export interface PollOptions<T> {
  /** Relative to the page. Asked before each request. */
  url: () => string;
  everyMs: number;
  onAnswer(answer: T): void;
  onFailure(error: Error): void;
}

export interface Poll {
  /** Asks now instead of at the next turn; an answer under way is dropped. */
  now(): void;
  stop(): void;
}

const TIMEOUT_MS = 10_000;

/** Fetches JSON again and again, one request at a time, and not while the page is out of sight. */
export function pollJson<T>({ url, everyMs, onAnswer, onFailure }: PollOptions<T>): Poll {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let request = new AbortController();

  const turn = async (): Promise<void> => {
    clearTimeout(timer);
    request.abort();
    request = new AbortController();
    const { signal } = request;
    try {
      const answer = await fetchJson<T>(url(), AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]));
      if (signal.aborted) return;
      onAnswer(answer);
    } catch (error) {
      if (signal.aborted) return;
      onFailure(error instanceof Error ? error : new Error(String(error)));
    }
    timer = setTimeout(() => void turn(), everyMs);
  };
  const onVisible = () => {
    if (document.hidden) clearTimeout(timer);
    else void turn();
  };
  document.addEventListener('visibilitychange', onVisible);
  void turn();
  return {
    now: () => void turn(),
    stop: () => {
      document.removeEventListener('visibilitychange', onVisible);
      clearTimeout(timer);
      request.abort();
    },
  };
}
