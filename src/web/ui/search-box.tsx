import { useSignal } from '@preact/signals';
import { formatCount } from '../format.ts';
import { type FilterName, filtersLike } from '../search/filters.ts';
import { Icon } from './icons.tsx';
import { usePage } from './page-context.ts';
import { SEARCH_ID } from './shortcuts.ts';

const MAX_SUGGESTIONS = 8;

/** Words and filters in one field, with the filters that begin as the last word does. */
export function SearchBox() {
  const page = usePage();
  const focused = useSignal(false);
  const { query } = page.view.value;
  const matches = page.visible.value?.matches;
  const search = (text: string) => page.change(() => ({ query: text }));
  const suggestions = focused.value ? suggestionsFor(query) : [];
  return (
    <search class="search">
      <Icon name="search" />
      <input
        id={SEARCH_ID}
        type="text"
        value={query}
        maxLength={500}
        placeholder="Search: names, addresses, or filters such as port:443 failure"
        aria-label="Search nodes and flows"
        aria-describedby="suggestions"
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => search(event.currentTarget.value)}
        onFocus={() => {
          focused.value = true;
        }}
        onBlur={() => {
          focused.value = false;
        }}
        onKeyDown={(event) => {
          const [first] = suggestions;
          if (event.key !== 'Tab' || event.shiftKey || first === undefined || lastWord(query) === '') return;
          event.preventDefault();
          search(completed(query, first));
        }}
      />
      {matches !== undefined && <span class="search-count">{formatCount(matches.size)} on map</span>}
      {query === '' ? (
        <kbd>/</kbd>
      ) : (
        <button type="button" class="icon-button" aria-label="Clear search" onClick={() => search('')}>
          <Icon name="close" />
        </button>
      )}
      {suggestions.length > 0 && (
        <Suggestions suggestions={suggestions} onTake={(filter) => search(completed(query, filter))} />
      )}
    </search>
  );
}

interface SuggestionsProps {
  suggestions: readonly FilterName[];
  onTake(filter: FilterName): void;
}

function Suggestions({ suggestions, onTake }: SuggestionsProps) {
  return (
    <ul id="suggestions" class="suggestions" aria-label="Filters">
      {suggestions.map((filter) => (
        <li key={filter.name}>
          <button
            type="button"
            tabindex={-1}
            // Not a click: that comes after the field has lost the focus, and the list is gone.
            onPointerDown={(event) => {
              event.preventDefault();
              onTake(filter);
            }}
          >
            <code>{filter.implied ? filter.name : `${filter.name}:`}</code>
            <span>{filter.doc}</span>
          </button>
        </li>
      ))}
      <li class="hint">
        <kbd>Tab</kbd> completes, <code>!</code> in front negates, <code>from-</code> and <code>to-</code>{' '}
        name one end
      </li>
    </ul>
  );
}

function suggestionsFor(query: string): FilterName[] {
  const word = lastWord(query);
  if (/[:=]/.test(word)) return [];
  const start = word.replace(/^!/, '').replace(/^(from|to)-/, '');
  return filtersLike(start).slice(0, MAX_SUGGESTIONS);
}

function lastWord(query: string): string {
  return /\S*$/.exec(query)?.[0] ?? '';
}

/** The query with its last word made a filter, ready for the value. */
function completed(query: string, { name, implied }: FilterName): string {
  const word = lastWord(query);
  const prefix = /^!?((from|to)-)?/.exec(word)?.[0] ?? '';
  return `${query.slice(0, query.length - word.length)}${prefix}${name}${implied ? ' ' : ':'}`;
}
