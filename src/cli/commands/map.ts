import { type Command, InvalidArgumentError, Option } from 'commander';
import { FLOWS } from '../../lib/filter/flows.ts';
import { parseQuery } from '../../lib/filter/query.ts';
import { parseCount } from '../../lib/filter/values.ts';
import { DEFAULT_NODE_LIMIT } from '../../map/draw.ts';
import { GROUP_NAMES, parseGroup } from '../../map/group.ts';
import { NetworkMap } from '../../map/network-map.ts';
import type { MapFlow, MapGraph } from '../../map/types.ts';
import type { FlowRecord } from '../../wire/flow.ts';
import { addFilterOptions, type Params } from '../filter-options.ts';
import { formatMap, MAP_FORMS, type MapForm } from '../format/map.ts';
import { parseLine, readLines } from '../lines.ts';
import { ask, askJson, bodyOf, type Server } from '../server.ts';
import { COLOR_CHOICES, type ColorChoice, choosePaint, type Terminal } from '../terminal.ts';

type Grouping = NonNullable<ReturnType<typeof parseGroup>>;

const PROCESSES: Grouping = { group: 'process', label: undefined };

interface MapOptions {
  groupBy: Grouping;
  since?: string;
  until?: string;
  limit: number;
  gather?: number;
  output: MapForm;
  color: ColorChoice;
}

const EXAMPLES = `
Of node-agent's map, system-probe's flows give the same for what system-probe remembers.

Examples:
  sysprobe map                                          a line for each client and server
  sysprobe map --group-by container -o dot | dot -Tsvg  a drawing by Graphviz
  sysprobe map --since 2m -o mermaid                    a diagram for a page in Markdown
  sysprobe map --since 15m --until 10m                  what there was ten minutes ago`;

export function addMapCommand(program: Command, terminal: Terminal, server: () => Server): void {
  const command = program
    .command('map')
    .summary('who talks to whom')
    .description('Shows the network map: who opens connections to whom, with their traffic and failures.')
    .optionsGroup('Selection:')
    .addOption(
      new Option('--group-by <WHAT>', 'what the ends of connections are')
        .choices(GROUP_NAMES)
        .argParser(parseGrouping)
        .default(PROCESSES, 'process'),
    )
    .option('--since <TIME>', 'connections seen at or after: 5m (ago), or RFC 3339')
    .option('--until <TIME>', 'connections opened at or before')
    .addOption(
      new Option('--limit <N>', 'nodes shown, those with most traffic first')
        .argParser(parseLimit)
        .default(DEFAULT_NODE_LIMIT),
    )
    .addOption(
      new Option(
        '--gather <N>',
        'draw the addresses of one network as one node, until at most so many are left',
      ).argParser(parseLimit),
    )
    .optionsGroup('Output:')
    .addOption(new Option('-o, --output <FORM>', 'form of the output').choices(MAP_FORMS).default('text'))
    .addOption(new Option('--color <WHEN>', 'color the output').choices(COLOR_CHOICES).default('auto'));
  const filters = addFilterOptions(command, FLOWS.filters);
  command.addHelpText('after', EXAMPLES);
  command.action(async ({ groupBy, limit, gather, since, until, output, color }: MapOptions) => {
    const params: Params = [...filters];
    if (since !== undefined) params.push(['since', since]);
    if (until !== undefined) params.push(['until', until]);
    const from = server();
    parseQuery({ ...FLOWS, kubernetes: from.kind === 'agent' }, params);
    const view = { ...groupBy, limit, gather };
    const graph = await (from.kind === 'agent' ? askMap : drawMap)(from, params, view);
    await terminal.write(formatMap(graph, output, choosePaint(color)));
    if (graph.hidden) {
      const { nodes, edges } = graph.hidden;
      terminal.notice(`${nodes} more nodes and ${edges} more edges are not shown; --limit shows more`);
    }
  });
}

interface View extends Grouping {
  limit: number;
  gather: number | undefined;
}

async function askMap(
  server: Server,
  params: Params,
  { group, label, limit, gather }: View,
): Promise<MapGraph> {
  const view: [string, string][] = [
    ['group', label === undefined ? group : `${group}:${label}`],
    ['limit', String(limit)],
  ];
  if (gather !== undefined) view.push(['gather', String(gather)]);
  return (await askJson(server, { path: 'map', params: [...params, ...view] })) as MapGraph;
}

/** The probe has no map: it is made here of the flows that it remembers. */
async function drawMap(server: Server, params: Params, view: View): Promise<MapGraph> {
  const answer = await ask(server, { path: 'flows', params, accept: 'application/x-ndjson' });
  const flows: MapFlow[] = [];
  for await (const lines of readLines(bodyOf(server, answer))) {
    for (const line of lines) flows.push(mapFlow(parseLine(line) as FlowRecord));
  }
  return graphOf(flows, view, Date.now());
}

/** Draws what all of these flows add up to, however long ago they were. */
function graphOf(flows: readonly MapFlow[], view: View, now: number): MapGraph {
  const oldest = flows.reduce(
    (at, { closedMs, lastSeenMs }) => Math.min(at, closedMs ?? lastSeenMs ?? at),
    now,
  );
  const map = new NetworkMap({ windowMs: now - oldest + 1000 });
  for (const flow of flows) map.update(flow, now);
  return map.graph({ now, ...view });
}

function mapFlow(flow: FlowRecord): MapFlow {
  return {
    ...flow,
    ...(flow.openedAt === undefined ? {} : { openedMs: Date.parse(flow.openedAt) }),
    ...(flow.closedAt === undefined ? {} : { closedMs: Date.parse(flow.closedAt) }),
    ...(flow.lastSeenAt === undefined ? {} : { lastSeenMs: Date.parse(flow.lastSeenAt) }),
  };
}

function parseGrouping(text: string): Grouping {
  const known = parseGroup(text);
  if (known !== undefined) return known;
  throw new InvalidArgumentError(`Allowed choices are ${GROUP_NAMES.join(', ')}.`);
}

function parseLimit(text: string): number {
  const limit = parseCount(text);
  if (limit !== undefined && limit > 0) return limit;
  throw new InvalidArgumentError('Allowed is a number of nodes from 1.');
}
