import { formatPlural } from '../format.ts';
import { HIDING, type Hiding, hiddenCount } from '../graph/visible.ts';
import { collapse, showAll, togglePin, unfocus, unhide, type ViewChange } from '../state/view-changes.ts';
import { Icon } from './icons.tsx';
import { usePage } from './page-context.ts';

/** What the reader did to the map, each with a button that takes it back. */
export function Chips() {
  const page = usePage();
  const { focus, hidden, pinned, expanded } = page.view.value;
  const name = (id: string) => page.names.value.get(id) ?? id.replace(/^\w+:/, '');
  return (
    <ul class="chips" aria-label="Changes to the map">
      <HiddenMarker />
      {focus !== undefined && (
        <Chip
          text={`around ${name(focus.id)}, ${formatPlural(focus.hops, 'hop')}`}
          title="Show everything again"
          change={unfocus()}
        />
      )}
      {expanded.map((id) => (
        <Chip key={id} text={`inside ${name(id)}`} title="Collapse" change={collapse(id)} />
      ))}
      {pinned.map((id) => (
        <Chip key={id} text={`pinned ${name(id)}`} title="Unpin" change={togglePin(id)} />
      ))}
      {hidden.map((id) => (
        <Chip key={id} text={`hidden ${name(id)}`} title="Show again" change={unhide(id)} />
      ))}
    </ul>
  );
}

function Chip({ text, title, change }: { text: string; title: string; change: ViewChange }) {
  const page = usePage();
  return (
    <li>
      <button
        type="button"
        class="chip"
        title={title}
        aria-label={`${text}: ${title.toLowerCase()}`}
        onClick={() => page.change(change)}
      >
        <span>{text}</span>
        <Icon name="close" />
      </button>
    </li>
  );
}

const REASONS: Readonly<Record<Hiding, string>> = {
  reader: 'hidden by you',
  noise: 'noise',
  focus: 'out of focus',
  quiet: 'quieter',
  room: 'for want of room',
  agent: 'left out by the agent',
};

/** Always there: a map that leaves something out says so. */
function HiddenMarker() {
  const page = usePage();
  const visible = page.visible.value;
  if (visible === undefined) return null;
  const count = hiddenCount(visible);
  const reasons = HIDING.filter((why) => visible.hidden[why] > 0).map(
    (why) => `${visible.hidden[why]} ${REASONS[why]}`,
  );
  return (
    <li>
      <button
        type="button"
        class={`hidden-marker${count > 0 ? ' some' : ''}`}
        title={count === 0 ? 'Every node is drawn' : `${reasons.join(', ')}. Show all again`}
        disabled={count === 0}
        onClick={() => page.change(showAll())}
      >
        hidden {count.toLocaleString('en-US')}
      </button>
    </li>
  );
}
