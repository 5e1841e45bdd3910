import { batch, effect } from '@preact/signals';
import { followMap } from '../api/map-stream.ts';
import { pollJson } from '../api/poll.ts';
import { asStatus } from '../api/status.ts';
import type { FlowsAnswer } from '../flows/flow.ts';
import { selectionFilters } from '../flows/query.ts';
import type { Page } from './page.ts';

const FLOWS_EVERY_MS = 2000;
const STATUS_EVERY_MS = 3000;
const SAMPLE_EVERY_MS = 1000;
/** Rows of the table before search and selection. */
const LAST_FLOWS = 200;

/** Feeds the page from the agent's API until the returned function is called. */
export function connect(page: Page): () => void {
  let group = page.view.peek().group;
  let stopMap = followGroup(page);
  const stopGroup = effect(() => {
    if (page.view.value.group === group) return;
    group = page.view.value.group;
    stopMap();
    stopMap = followGroup(page);
  });
  let query = flowQuery(page);
  const flows = pollJson<FlowsAnswer>({
    url: () => `api/v1/flows?${query}`,
    everyMs: FLOWS_EVERY_MS,
    onAnswer: (answer) => {
      page.feed.takeFlows(answer);
      page.trouble.value = undefined;
    },
    onFailure: ({ message }) => {
      page.trouble.value = message;
    },
  });
  const stopQuery = effect(() => {
    // While paused the question stays the same: else older flows would count as new ones.
    if (page.feed.paused.value || flowQuery(page) === query) return;
    query = flowQuery(page);
    flows.now();
  });
  const status = pollJson<unknown>({
    url: () => 'api/v1/status',
    everyMs: STATUS_EVERY_MS,
    onAnswer: (answer) => {
      page.status.value = asStatus(answer);
    },
    onFailure: () => {
      page.status.value = undefined;
    },
  });
  const sampler = setInterval(() => page.sampleThroughput(), SAMPLE_EVERY_MS);
  return () => {
    stopGroup();
    stopQuery();
    stopMap();
    flows.stop();
    status.stop();
    clearInterval(sampler);
  };
}

function flowQuery(page: Page): string {
  const { graph } = page.feed.shown.value;
  const filters = graph === undefined ? [] : selectionFilters(page.view.value.selection, graph);
  return new URLSearchParams([['last', String(LAST_FLOWS)], ...filters]).toString();
}

function followGroup(page: Page): () => void {
  return followMap(page.view.peek().group, {
    onSnapshot: (graph) =>
      batch(() => {
        page.feed.takeSnapshot(graph);
        page.link.value = 'live';
      }),
    onChange: (change) => page.feed.takeChange(change),
    onLost: () => {
      page.link.value = 'lost';
    },
  });
}
