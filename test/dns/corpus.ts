import { readFileSync } from 'node:fs';

/** What corpus/record.py kept of one question and its answers. */
export interface Exchange {
  /** The command that asked, and whom. */
  by: string;
  transport: 'udp' | 'tcp';
  clientPort: number;
  query: Uint8Array;
  /** None: the server did not answer. Several: a zone transfer. */
  answers: Uint8Array[];
  /** The answer as dig printed it, when dig asked. */
  dig?: string[];
}

interface RecordedExchange {
  by: string;
  transport: 'udp' | 'tcp';
  client: number;
  query: string;
  answers: string[];
  dig?: string[];
}

const lines = readFileSync(new URL('corpus/exchanges.ndjson', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n');
const recorded: RecordedExchange[] = lines.map((line) => JSON.parse(line));

export const exchanges: Exchange[] = recorded.map(({ client, query, answers, ...known }) => ({
  ...known,
  clientPort: client,
  query: bytes(query),
  answers: answers.map(bytes),
}));

export const messages: Uint8Array[] = exchanges.flatMap(({ query, answers }) => [query, ...answers]);

function bytes(base64: string): Uint8Array {
  return Uint8Array.from(Buffer.from(base64, 'base64'));
}
