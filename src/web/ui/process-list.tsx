import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { MapNode } from '../../map/types.ts';
import { pollJson } from '../api/poll.ts';
import type { Process, ProcessesAnswer } from '../api/processes.ts';
import { isOutside, ownerFilters } from '../flows/query.ts';
import { formatBytes, formatCount } from '../format.ts';
import { usePage } from './page-context.ts';

const EVERY_MS = 3000;
const SHOWN = 6;

/** The processes that run in a node, the heaviest first; nothing where the agent knows of none. */
export function ProcessList({ node }: { node: MapNode }) {
  const page = usePage();
  const answer = useSignal<ProcessesAnswer | undefined>(undefined);
  const filters = isOutside(node) ? [] : ownerFilters(node).filter(([name]) => name !== 'service');
  const query = new URLSearchParams([...filters, ['state', 'running'], ['last', '100']]).toString();
  useEffect(() => {
    answer.value = undefined;
    if (filters.length === 0) return;
    return pollJson<ProcessesAnswer>({
      url: () => `api/v1/processes?${query}`,
      everyMs: EVERY_MS,
      onAnswer: (next) => {
        if (!page.feed.paused.peek()) answer.value = next;
      },
      onFailure: () => {
        answer.value = undefined;
      },
    }).stop;
  }, [query]);
  const known = answer.value;
  if (known === undefined || known.processes.length === 0) return null;
  const heaviest = known.processes.toSorted((a, b) => cpuOf(b) - cpuOf(a) || a.pid - b.pid).slice(0, SHOWN);
  return (
    <div class="processes">
      <h3>
        Processes <span>{formatCount(known.matched)} running</span>
      </h3>
      <ul>
        {heaviest.map((process) => (
          <li key={process.pid} title={process.args?.join(' ')}>
            <b>{process.comm ?? '?'}</b>
            <span>{process.pid}</span>
            <span>{(cpuOf(process) / 1000).toFixed(2)} CPUs</span>
            <span>{formatBytes(process.memory?.rssBytes)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function cpuOf({ cpu }: Process): number {
  return cpu?.millicores ?? 0;
}
