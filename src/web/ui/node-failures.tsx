import type { MapNode } from '../../map/types.ts';
import { failuresOf } from '../graph/failures.ts';
import type { GraphState } from '../graph/state.ts';
import { showFailures } from '../state/view-changes.ts';
import { usePage } from './page-context.ts';

const MAX_SHOWN = 6;

/** What failed at a node, by reason and peer, each a way to the flows; nothing where nothing failed. */
export function NodeFailures({ node, graph }: { node: MapNode; graph: GraphState }) {
  const page = usePage();
  const failures = failuresOf(node, graph);
  if (failures.length === 0) return null;
  const shown = failures.slice(0, MAX_SHOWN);
  return (
    <div class="failures">
      <h3>Failures</h3>
      <p>
        {shown.map(({ edge, reason, text }) => (
          <button
            key={`${edge.id} ${reason}`}
            type="button"
            class="peer-button"
            title="Show the flows of these"
            onClick={() => page.change(showFailures(edge.id, reason))}
          >
            <span>{text}</span>
          </button>
        ))}
        {failures.length > shown.length && <span>+{failures.length - shown.length}</span>}
      </p>
    </div>
  );
}
