import { summarizeDns } from '../lib/dns/summary.ts';
import type { SummaryQuery } from '../lib/dns/summary-query.ts';
import type { DnsTransaction } from '../lib/filter/dns.ts';
import type { RecordSource } from './sources.ts';

/** The body of a summary: one piece, when all is summed. */
export async function* summaryPieces(
  source: RecordSource<DnsTransaction>,
  query: SummaryQuery,
): AsyncGenerator<string, void> {
  yield `${JSON.stringify(await summarizeDns(source.snapshot(), query))}\n`;
}
