import { batch, effect } from '@preact/signals';
import type { MapTimeline } from '../../map/types.ts';
import { ApiError } from '../api/fetch-json.ts';
import { followMap } from '../api/map-stream.ts';
import { pollJson } from '../api/poll.ts';
import { asStatus } from '../api/status.ts';
import type { FlowsAnswer } from '../flows/flow.ts';
import { flowParams } from '../flows/query.ts';
import { filterParams } from '../search/tokens.ts';
import type { Page } from './page.ts';
import { windowParams } from './time-window.ts';

const FLOWS_EVERY_MS = 2000;
const STATUS_EVERY_MS = 3000;
const TIMELINE_EVERY_MS = 10_000;
const TIMELINE_BUCKETS = 180;
const SAMPLE_EVERY_MS = 1000;
/** Whoever types or drags asks many questions on the way to the one that is meant. */
const TYPING_MS = 200;
/** Rows of the table before search and selection. */
const LAST_FLOWS = 200;

/** Feeds the page from the agent's API until the returned function is called. */
export function connect(page: Page): () => void {
  const stops = [
    followGraph(page),
    pollFlows(page),
    pollStatus(page),
    pollTimeline(page),
    sampleThroughput(page),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Calls `onChange` with each new question: at once, or, while the reader types or drags, when it has stayed for a moment. */
function whenSettled(
  page: Page,
  read: () => string | undefined,
  onChange: (question: string) => void,
): () => void {
  let current: string | undefined;
  let entered = enteredIn(page);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const take = (question: string) => {
    current = question;
    entered = enteredIn(page);
    onChange(question);
  };
  const stop = effect(() => {
    const value = read();
    clearTimeout(timer);
    if (value === undefined || value === current) return;
    if (current === undefined || enteredIn(page) === entered) take(value);
    else timer = setTimeout(() => take(value), TYPING_MS);
  });
  return () => {
    clearTimeout(timer);
    stop();
  };
}

/** What is changed letter by letter, or step by step. */
function enteredIn(page: Page): string {
  const { query, until } = page.view.peek();
  return `${until} ${query}`;
}

function followGraph(page: Page): () => void {
  let stopMap = () => {};
  const stop = whenSettled(
    page,
    () => page.mapQuery.value,
    (query) => {
      stopMap();
      page.feed.expect('graph');
      stopMap = followMap(query, {
        onSnapshot: (graph) =>
          batch(() => {
            page.feed.takeSnapshot(graph);
            page.link.value = 'live';
            page.refusal.value = undefined;
          }),
        onChange: (change) => page.feed.takeChange(change),
        onLost: () => {
          page.link.value = 'lost';
        },
        onRefused: ({ message }) => {
          page.refusal.value = message;
        },
      });
    },
  );
  return () => {
    stop();
    stopMap();
  };
}

function pollFlows(page: Page): () => void {
  const read = () => {
    const { graph } = page.feed.shown.value;
    const { selection } = page.view.value;
    const window = { selection, ...windowParams(page.view.value) };
    return flowParams(window, { graph, search: page.search.value, last: LAST_FLOWS });
  };
  let query = read();
  const poll = pollJson<FlowsAnswer>({
    url: () => `api/v1/flows?${query}`,
    everyMs: FLOWS_EVERY_MS,
    onAnswer: (answer) => {
      page.feed.takeFlows(answer);
      page.trouble.value = undefined;
    },
    onFailure: (error) => {
      page.trouble.value = error instanceof ApiError && error.refused ? undefined : error.message;
    },
  });
  const stop = whenSettled(page, read, (wanted) => {
    if (wanted === query) return;
    query = wanted;
    page.feed.expect('flows');
    poll.now();
  });
  return () => {
    stop();
    poll.stop();
  };
}

function pollStatus(page: Page): () => void {
  const take = (answer: unknown) =>
    batch(() => {
      page.status.value = asStatus(answer);
      page.asked.value = true;
    });
  return pollJson<unknown>({
    url: () => 'api/v1/status',
    everyMs: STATUS_EVERY_MS,
    onAnswer: take,
    onFailure: () => take(undefined),
  }).stop;
}

function pollTimeline(page: Page): () => void {
  const read = () => {
    const filters = filterParams(page.search.value.filters);
    return new URLSearchParams([['buckets', `${TIMELINE_BUCKETS}`], ...filters]).toString();
  };
  let query = read();
  const poll = pollJson<MapTimeline>({
    url: () => `api/v1/timeline?${query}`,
    everyMs: TIMELINE_EVERY_MS,
    onAnswer: (answer) => {
      page.timeline.value = answer;
    },
    onFailure: (error) => {
      // The map says why a search is refused, and stays as it was too.
      if (error instanceof ApiError && error.refused) return;
      page.timeline.value = undefined;
    },
  });
  const stop = whenSettled(page, read, (wanted) => {
    if (wanted === query) return;
    query = wanted;
    poll.now();
  });
  return () => {
    stop();
    poll.stop();
  };
}

function sampleThroughput(page: Page): () => void {
  const sampler = setInterval(() => page.sampleThroughput(), SAMPLE_EVERY_MS);
  return () => clearInterval(sampler);
}
