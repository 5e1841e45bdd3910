import { SUMMARY_DIMENSIONS, SUMMARY_SORTS } from '../lib/dns/summary-query.ts';
import { DNS_FILTERS } from '../lib/filter/dns.ts';
import type { Filter } from '../lib/filter/filter.ts';
import { FLOW_FILTERS } from '../lib/filter/flows.ts';
import { SELECTORS } from '../lib/filter/query.ts';
import { RECORD_SETS, type RecordKind } from '../lib/filter/records.ts';
import { GROUP_NAMES } from '../map/group.ts';

/** A parameter that is no filter. */
export interface Parameter {
  name: string;
  doc: string;
  /** What it may be: the choices themselves when `choice`, else a description. */
  allowed: readonly string[];
  choice?: boolean;
  repeated?: boolean;
}

export interface Endpoint {
  path: string;
  summary: string;
  parameters: readonly Parameter[];
  /** `not` negates the next of them. */
  filters: readonly Filter<never>[];
  /** Names of schemas, by the form of the answer; of lines and events several. */
  answers: Readonly<Record<string, string | readonly string[]>>;
  /** What headers of the answer tell, by name. */
  headers?: Readonly<Record<string, string>>;
  /** Answers that are no success, by status. */
  failures?: Readonly<Record<string, string>>;
}

const JSON_FORM = 'application/json';
const LINES = 'application/x-ndjson';

const LIST_PARAMETERS: readonly Parameter[] = SELECTORS.map(({ name, doc, allowed }) => ({
  name,
  doc,
  allowed: [allowed],
}));

const TIME = ['a time ago such as 5m, or an RFC 3339 time'];

const WINDOW: readonly Parameter[] = [
  { name: 'since', doc: 'the beginning of the window', allowed: TIME },
  { name: 'until', doc: 'the end of it; without one it moves on with the time', allowed: TIME },
];

const MAP_PARAMETERS: readonly Parameter[] = [
  { name: 'group', doc: 'what a node stands for', allowed: [GROUP_NAMES.join(', ')] },
  {
    name: 'expand',
    doc: 'draw what is inside of the node in its place',
    allowed: ['the id of a node'],
    repeated: true,
  },
  ...WINDOW,
  { name: 'limit', doc: 'nodes listed, those with most bytes first', allowed: ['a whole number'] },
  {
    name: 'gather',
    doc: 'draw the addresses of one network as one node, until so many are left',
    allowed: ['a whole number'],
  },
  { name: 'format', doc: 'for the node graph panel of Grafana', allowed: ['grafana'], choice: true },
];

const SUMMARY_PARAMETERS: readonly Parameter[] = [
  { name: 'by', doc: 'what is summed together', allowed: SUMMARY_DIMENSIONS, choice: true },
  { name: 'sort', doc: 'which come first', allowed: SUMMARY_SORTS, choice: true },
  { name: 'limit', doc: 'groups listed', allowed: ['a whole number'] },
  ...LIST_PARAMETERS.filter(({ name }) => name === 'since' || name === 'until'),
];

/** Everything that the agent answers, in the order of the documentation. */
export const ENDPOINTS: readonly Endpoint[] = [
  records('flow', '/api/v1/flows', 'Flow'),
  records('dns', '/api/v1/dns', 'Dns'),
  {
    path: '/api/v1/dns/summary',
    summary: 'sums of DNS transactions',
    parameters: SUMMARY_PARAMETERS,
    filters: DNS_FILTERS,
    answers: { [JSON_FORM]: 'Summary' },
  },
  records('process', '/api/v1/processes', 'Process'),
  records('container', '/api/v1/containers', 'Container'),
  {
    path: '/api/v1/map',
    summary: 'who talks to whom; as server-sent events `map` and then `change` whenever it has changed',
    parameters: MAP_PARAMETERS,
    filters: FLOW_FILTERS,
    answers: { [JSON_FORM]: ['Graph', 'Drawing'], 'text/event-stream': ['Graph', 'Change'] },
  },
  {
    path: '/api/v1/timeline',
    summary: 'how much there was in each part of the time',
    parameters: [
      ...WINDOW,
      { name: 'buckets', doc: 'parts of the window, at most', allowed: ['a whole number'] },
    ],
    filters: FLOW_FILTERS,
    answers: { [JSON_FORM]: 'Timeline' },
  },
  plain('/api/v1/status', 'what is read and kept, and what was lost', 'Status'),
  plain('/api/v1/openapi.json', 'this document'),
  {
    path: '/metrics',
    summary: 'for Prometheus',
    parameters: [],
    filters: [],
    answers: { 'text/plain': [], 'application/openmetrics-text': [] },
  },
  plain('/api/health', 'for the node graph API data source of Grafana: that it answers'),
  plain('/api/graph/fields', 'for the same: which fields there are'),
  {
    path: '/api/graph/data',
    summary: 'for the same: the map',
    parameters: MAP_PARAMETERS,
    filters: FLOW_FILTERS,
    answers: { [JSON_FORM]: 'Drawing' },
  },
  plain('/health', 'whether it answers', 'Health'),
  { ...plain('/ready', 'whether it reads the probe', 'Readiness'), failures: { 503: 'Readiness' } },
];

function records(kind: RecordKind, path: string, schema: string): Endpoint {
  return {
    path,
    summary: `${path.slice(path.lastIndexOf('/') + 1)}: a list, or with follow=true a stream of the changes, one a line`,
    parameters: LIST_PARAMETERS,
    filters: RECORD_SETS[kind].filters,
    answers: { [JSON_FORM]: `${schema}List`, [LINES]: [schema, `${schema}Event`, 'Lost'] },
    headers: {
      Link: 'of a list behind which there is another page: `<?…>; rel="next"`, relative to this one',
    },
  };
}

function plain(path: string, summary: string, schema?: string): Endpoint {
  return { path, summary, parameters: [], filters: [], answers: { [JSON_FORM]: schema ?? [] } };
}
