import { StringDecoder } from 'node:string_decoder';
import type { ApiClient } from './api-client.ts';

/** Far above the 1.5 MiB that the store of Kubernetes takes for an object. */
const MAX_LINE = 8 * 2 ** 20;

/** The lines of an answer as they come; one that the end cuts off is left out. */
export async function* splitLines(
  chunks: AsyncIterable<Buffer>,
  { invalid }: Pick<ApiClient, 'invalid'>,
): AsyncGenerator<string, void> {
  const decoder = new StringDecoder('utf8');
  let parts: string[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    const [first = '', ...rest] = decoder.write(chunk).split('\n');
    parts.push(first);
    length += first.length;
    for (const next of rest) {
      const line = parts.join('');
      if (line.trim() !== '') yield line;
      parts = [next];
      length = next.length;
    }
    if (length > MAX_LINE) throw invalid(`an event has more than ${MAX_LINE} characters`);
  }
}
