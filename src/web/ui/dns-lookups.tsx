import type { Lookup } from '../dns/answers.ts';
import { isFailed, LOOKUP_COLUMNS } from '../dns/columns.ts';
import type { DnsView } from '../dns/view.ts';

/** The last lookups that the filters and the chosen groups let through, the newest first. */
export function DnsLookups({ view }: { view: DnsView }) {
  const answer = view.lookups.value;
  return (
    <div class="table-scroll dns-lookups">
      <table class="grid" aria-label="Last lookups" aria-rowcount={answer?.dns.length ?? 0}>
        <colgroup>
          {LOOKUP_COLUMNS.map(({ id }) => (
            <col key={id} class={id} />
          ))}
        </colgroup>
        <thead>
          <tr>
            {LOOKUP_COLUMNS.map(({ id, title, numeric }) => (
              <th key={id} scope="col" class={numeric ? 'numeric dns-head' : 'dns-head'}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {answer?.dns.toReversed().map((lookup) => (
            <Row key={lookup.id} lookup={lookup} />
          ))}
        </tbody>
      </table>
      {answer?.dns.length === 0 && <p class="table-empty">No lookups.</p>}
    </div>
  );
}

function Row({ lookup }: { lookup: Lookup }) {
  const kind = isFailed(lookup) ? 'failed' : lookup.rcode === 'NXDOMAIN' ? 'closed' : '';
  return (
    <tr class={kind} data-lookup={lookup.id}>
      {LOOKUP_COLUMNS.map(({ id, numeric, text }) => {
        const shown = text(lookup);
        return (
          <td key={id} class={numeric ? `${id} numeric` : id} title={shown}>
            {id === 'outcome' ? <span class="state-text">{shown}</span> : shown}
          </td>
        );
      })}
    </tr>
  );
}
