import type { DnsGroup, DnsSort, DnsSum } from '../dns/answers.ts';
import { GROUP_COLUMNS, type GroupColumn, groupTitle } from '../dns/columns.ts';
import { isChoosable } from '../dns/query.ts';
import type { DnsView } from '../dns/view.ts';
import { formatPlural } from '../format.ts';

/** Sums by domain, server, container, process or type; a click on one asks for its lookups alone. */
export function DnsGroups({ view }: { view: DnsView }) {
  const summary = view.summary.value;
  const { by, sort } = view.question.value;
  const groups = summary?.by === by ? summary.groups : [];
  const rest = summary?.rest;
  return (
    <div class="table-scroll dns-groups">
      <table class="grid" aria-label={`Lookups by ${by}`} aria-rowcount={groups.length}>
        <colgroup>
          <col />
          {GROUP_COLUMNS.map(({ id }) => (
            <col key={id} class={`figure ${id}`} />
          ))}
        </colgroup>
        <thead>
          <tr>
            <th scope="col" class="dns-name">
              {by}
            </th>
            {GROUP_COLUMNS.map((column) => (
              <HeadCell key={column.id} column={column} sort={sort} view={view} />
            ))}
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <Row key={group.name} group={group} view={view} />
          ))}
          {rest !== undefined && rest.groups > 0 && (
            <tr class="closed">
              <td class="dns-name">{formatPlural(rest.groups, 'other')}</td>
              <Figures sum={rest} />
            </tr>
          )}
        </tbody>
      </table>
      {summary !== undefined && groups.length === 0 && <p class="table-empty">No lookups.</p>}
    </div>
  );
}

function HeadCell({ column, sort, view }: { column: GroupColumn; sort: DnsSort; view: DnsView }) {
  const { sort: own, title, explained } = column;
  if (own === undefined) {
    return (
      <th scope="col" class="numeric dns-head" title={explained}>
        {title}
      </th>
    );
  }
  return (
    <th scope="col" class="numeric" aria-sort={own === sort ? 'descending' : 'none'} title={explained}>
      <button type="button" onClick={() => view.ask({ sort: own })}>
        {title}
        <span class="sort-mark" aria-hidden="true">
          {own === sort ? '↓' : ''}
        </span>
      </button>
    </th>
  );
}

function Row({ group, view }: { group: DnsGroup; view: DnsView }) {
  const { by, only } = view.question.value;
  const title = groupTitle(by, group);
  const chosen = only[by] === group.name;
  return (
    <tr class={chosen ? 'chosen' : ''}>
      <td class="dns-name" title={group.name}>
        {isChoosable(by, group.name) ? (
          <button type="button" aria-pressed={chosen} onClick={() => view.choose(by, group.name)}>
            {title}
          </button>
        ) : (
          title
        )}
      </td>
      <Figures sum={group} />
    </tr>
  );
}

function Figures({ sum }: { sum: DnsSum }) {
  return (
    <>
      {GROUP_COLUMNS.map(({ id, value, text, alarming }) => {
        const figure = value(sum);
        return (
          <td key={id} class={`numeric${figure === 0 ? ' zero' : alarming ? ' alarming' : ''}`}>
            {text(figure)}
          </td>
        );
      })}
    </>
  );
}
