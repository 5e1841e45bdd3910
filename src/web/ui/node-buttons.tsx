import { holdsOthers } from '../../map/faces.ts';
import type { MapNode } from '../../map/types.ts';
import { Icon, type IconName } from './icons.tsx';
import { actOnNode } from './node-actions.ts';
import { usePage } from './page-context.ts';

/** What can be done to a node, each with the key that does the same. */
export function NodeActions({ node }: { node: MapNode }) {
  const page = usePage();
  const { focus, pinned } = page.view.value;
  const hops = focus?.id === node.id ? focus.hops : 0;
  return (
    <div class="node-actions" role="toolbar" aria-label={`Actions on ${node.name}`}>
      {node.parent !== undefined && <Action id={node.id} name="Collapse" icon="collapse" press="e" />}
      {node.parent === undefined && holdsOthers(node.kind) && (
        <Action id={node.id} name="Expand" icon="expand" press="e" />
      )}
      <Action
        id={node.id}
        name={['Focus', '2 hops', 'Unfocus'][hops] ?? 'Focus'}
        icon="target"
        press="f"
        pressed={hops > 0}
      />
      <Action id={node.id} name="Hide" icon="hide" press="h" />
      <Action
        id={node.id}
        name={pinned.includes(node.id) ? 'Unpin' : 'Pin'}
        icon="pin"
        press="i"
        pressed={pinned.includes(node.id)}
      />
    </div>
  );
}

interface ActionProps {
  id: string;
  name: string;
  icon: IconName;
  press: string;
  pressed?: boolean;
}

function Action({ id, name, icon, press, pressed }: ActionProps) {
  const page = usePage();
  return (
    <button
      type="button"
      class={`button small${pressed ? ' pressed' : ''}`}
      title={`${name} (${press})`}
      onClick={() => void actOnNode(page, press, id)}
    >
      <Icon name={icon} />
      {name}
    </button>
  );
}
