import { MAP_GROUPS } from '../../map/types.ts';
import { METRIC_LIST, type MetricId } from '../graph/metrics.ts';
import { NOISE_RULES } from '../graph/noise.ts';
import { MAX_ADDRESS_NODES } from '../state/page.ts';
import { groupBy, toggleGather, toggleNoise } from '../state/view-changes.ts';
import { Icon } from './icons.tsx';
import { Menu } from './menu.tsx';
import { usePage } from './page-context.ts';
import { ShareMenu } from './share-menu.tsx';

/** What the map shows, and how. */
export function Toolbar() {
  return (
    <div class="toolbar" role="toolbar" aria-label="View">
      <GroupSelector />
      <MetricSelector />
      <QuietSlider />
      <NoiseMenu />
      <span class="toolbar-gap" />
      <ShareMenu />
    </div>
  );
}

const GROUP_TITLES: Partial<Record<string, string>> = { label: 'label…' };

function GroupSelector() {
  const page = usePage();
  const kind = page.kind.value;
  const key = kind === 'label' ? page.group.value?.replace(/^label:/, '') : undefined;
  return (
    <label class="field">
      Group by
      <select
        value={kind}
        onChange={({ currentTarget: { value } }) =>
          page.change(groupBy(value === 'label' ? 'label:app' : value))
        }
      >
        {MAP_GROUPS.map((name) => (
          <option key={name} value={name}>
            {GROUP_TITLES[name] ?? name}
          </option>
        ))}
      </select>
      {key !== undefined && (
        <input
          type="text"
          class="label-key"
          aria-label="Key of the label"
          value={key}
          maxLength={300}
          onChange={({ currentTarget: { value } }) => {
            if (value.trim() !== '') page.change(groupBy(`label:${value.trim()}`));
          }}
        />
      )}
    </label>
  );
}

function MetricSelector() {
  const page = usePage();
  return (
    <label class="field">
      Lines show
      <select
        value={page.view.value.metric}
        onChange={({ currentTarget: { value } }) => page.change(() => ({ metric: value as MetricId }))}
      >
        {METRIC_LIST.map(({ id, title }) => (
          <option key={id} value={id}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}

function QuietSlider() {
  const page = usePage();
  const { quieter } = page.view.value;
  return (
    <label
      class="field"
      title="Leaves out the edges with the least of what lines show. Edges that fail stay."
    >
      Hide quieter
      <input
        type="range"
        min="0"
        max="99"
        step="1"
        value={quieter}
        aria-valuetext={`${quieter} percent of the edges`}
        onInput={({ currentTarget }) => page.change(() => ({ quieter: currentTarget.valueAsNumber }))}
      />
      <output>{quieter} %</output>
    </label>
  );
}

function NoiseMenu() {
  const page = usePage();
  const { noise, gather } = page.view.value;
  return (
    <Menu
      title="Leave out traffic that is everywhere"
      label={
        <>
          <Icon name="eye" />
          Noise
          {noise.length > 0 && <b class="badge">{noise.length} off</b>}
        </>
      }
    >
      <fieldset class="choices">
        <legend>Leave out</legend>
        {NOISE_RULES.map(({ id, title, doc }) => (
          <label key={id}>
            <input
              type="checkbox"
              checked={noise.includes(id)}
              onChange={() => page.change(toggleNoise(id))}
            />
            <span>
              {title}
              <small>{doc}</small>
            </span>
          </label>
        ))}
      </fieldset>
      <fieldset class="choices">
        <legend>Gather</legend>
        <label>
          <input type="checkbox" checked={gather} onChange={() => page.change(toggleGather())} />
          <span>
            Addresses
            <small>more than {MAX_ADDRESS_NODES} are drawn as their networks</small>
          </span>
        </label>
      </fieldset>
    </Menu>
  );
}
