import { useEffect } from 'preact/hooks';
import { DIMENSIONS, type Dimension, type DnsSort } from '../dns/answers.ts';
import { connectDns } from '../dns/connect.ts';
import { type DnsView, OUTCOMES, type Outcome } from '../dns/view.ts';
import { formatPlural } from '../format.ts';
import { DnsGroups } from './dns-groups.tsx';
import { DnsLookups } from './dns-lookups.tsx';
import { Icon } from './icons.tsx';
import { usePage } from './page-context.ts';

const ORDERS = [
  ['transactions', 'Busiest'],
  ['failed', 'Failing'],
  ['latency', 'Slowest'],
] as const satisfies readonly (readonly [DnsSort, string])[];

const OUTCOME_TEXTS: Record<Outcome, string> = {
  any: 'Any outcome',
  failed: 'Failed',
  timeout: 'Timeout',
  NXDOMAIN: 'NXDOMAIN',
  SERVFAIL: 'SERVFAIL',
  REFUSED: 'REFUSED',
  slow: 'Over 100 ms',
};

/** Who asks for which names, what fails and what takes long, and the lookups themselves. */
export function DnsPanel({ view }: { view: DnsView }) {
  const page = usePage();
  const { paused } = page.feed;
  useEffect(() => connectDns(view, paused), [view, paused]);
  const trouble = view.trouble.value;
  return (
    <div class="dns">
      <Controls view={view} />
      {trouble !== undefined && (
        <p class="dns-trouble" role="alert">
          {trouble}
        </p>
      )}
      <DnsGroups view={view} />
      <LookupsTitle view={view} />
      <DnsLookups view={view} />
    </div>
  );
}

function Controls({ view }: { view: DnsView }) {
  const { by, sort, text, outcome } = view.question.value;
  return (
    <div class="dns-controls">
      <fieldset class="segmented">
        <legend>Order</legend>
        {ORDERS.map(([order, title]) => (
          <label key={order} class={order === sort ? 'chosen' : ''}>
            <input
              type="radio"
              name="dns-sort"
              checked={order === sort}
              onChange={() => view.ask({ sort: order })}
            />
            {title}
          </label>
        ))}
      </fieldset>
      <fieldset class="segmented">
        <legend>Summed by</legend>
        {DIMENSIONS.map((dimension) => (
          <label key={dimension} class={dimension === by ? 'chosen' : ''}>
            <input
              type="radio"
              name="dns-by"
              checked={dimension === by}
              onChange={() => view.ask({ by: dimension })}
            />
            {dimension}
          </label>
        ))}
      </fieldset>
      <div class="dns-filters">
        <input
          class="dns-text"
          type="text"
          value={text}
          maxLength={200}
          placeholder="Part of a name"
          aria-label="Only lookups of names with"
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => view.ask({ text: event.currentTarget.value })}
        />
        <select
          aria-label="Only lookups with outcome"
          value={outcome}
          onChange={(event) => view.ask({ outcome: event.currentTarget.value as Outcome })}
        >
          {OUTCOMES.map((each) => (
            <option key={each} value={each}>
              {OUTCOME_TEXTS[each]}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}

function LookupsTitle({ view }: { view: DnsView }) {
  const { only } = view.question.value;
  const chosen = DIMENSIONS.flatMap((dimension): [Dimension, string][] => {
    const name = only[dimension];
    return name === undefined ? [] : [[dimension, name]];
  });
  const lookups = view.lookups.value;
  return (
    <div class="dns-title">
      <h3>Last lookups</h3>
      {chosen.map(([dimension, name]) => (
        <button
          key={dimension}
          type="button"
          class="dns-chip"
          aria-label={`${dimension} ${name}: show those of others too`}
          onClick={() => view.choose(dimension, name)}
        >
          {dimension} <b>{name}</b>
          <Icon name="close" />
        </button>
      ))}
      {lookups !== undefined && (
        <p role="status">
          {lookups.dns.length} of {formatPlural(lookups.matched, 'lookup')}
        </p>
      )}
    </div>
  );
}
