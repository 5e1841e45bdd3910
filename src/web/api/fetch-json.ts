/** What the agent said instead of an answer. */
export class ApiError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }

  /** Asking again gives the same: the question is at fault. */
  get refused(): boolean {
    return this.code === 'SP_QUERY_INVALID';
  }
}

interface Refusal {
  error?: { code?: string; message?: string };
}

/** `url` is relative to the page. Throws an ApiError for every answer but success. */
export async function fetchJson<T>(url: string, signal: AbortSignal): Promise<T> {
  const response = await fetch(url, { signal, headers: { accept: 'application/json' } });
  if (response.ok) return (await response.json()) as T;
  const { error } = (await response.json().catch(() => ({}))) as Refusal;
  throw new ApiError(error?.code ?? '', error?.message ?? `${url} answered ${response.status}`);
}
