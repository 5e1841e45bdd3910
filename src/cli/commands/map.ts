import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseFlowQuery } from '../../lib/filter/flows.ts';
import { parseCount } from '../../lib/filter/values.ts';
import { DEFAULT_NODE_LIMIT, NetworkMap } from '../../map/network-map.ts';
import { MAP_GROUPS, type MapFlow, type MapGraph, type MapGroup } from '../../map/types.ts';
import type { FlowRecord } from '../../wire/flow.ts';
import { addFilterOptions, type Params } from '../filter-options.ts';
import { formatMap, MAP_FORMS, type MapForm } from '../format/map.ts';
import { parseLine, readLines } from '../lines.ts';
import { ask, askJson, bodyOf, type Server } from '../server.ts';
import { COLOR_CHOICES, type ColorChoice, choosePaint, type Terminal } from '../terminal.ts';

interface MapOptions {
  groupBy: MapGroup;
  since?: string;
  limit: number;
  output: MapForm;
  color: ColorChoice;
}

const EXAMPLES = `
Of node-agent's map, system-probe's flows give the same for what system-probe remembers.

Examples:
  sysprobe map                                          a line for each client and server
  sysprobe map --group-by container -o dot | dot -Tsvg  a drawing by Graphviz
  sysprobe map --since 2m -o mermaid                    a diagram for a page in Markdown`;

export function addMapCommand(program: Command, terminal: Terminal, server: () => Server): void {
  const command = program
    .command('map')
    .summary('who talks to whom')
    .description('Shows the network map: who opens connections to whom, with their traffic and failures.')
    .optionsGroup('Selection:')
    .addOption(
      new Option('--group-by <WHAT>', 'what the ends of connections are')
        .choices(MAP_GROUPS)
        .default('process'),
    )
    .option('--since <TIME>', 'connections seen at or after: 5m (ago), or RFC 3339')
    .addOption(
      new Option('--limit <N>', 'nodes shown, those with most traffic first')
        .argParser(parseLimit)
        .default(DEFAULT_NODE_LIMIT),
    )
    .optionsGroup('Output:')
    .addOption(new Option('-o, --output <FORM>', 'form of the output').choices(MAP_FORMS).default('text'))
    .addOption(new Option('--color <WHEN>', 'color the output').choices(COLOR_CHOICES).default('auto'));
  const filters = addFilterOptions(command);
  command.addHelpText('after', EXAMPLES);
  command.action(async ({ groupBy: group, limit, since, output, color }: MapOptions) => {
    const params: Params = since === undefined ? filters : [...filters, ['since', since]];
    parseFlowQuery(params);
    const from = server();
    const graph = await (from.kind === 'agent' ? askMap : drawMap)(from, params, { group, limit });
    terminal.write(formatMap(graph, output, choosePaint(color)));
    if (graph.hidden) {
      const { nodes, edges } = graph.hidden;
      terminal.notice(`${nodes} more nodes and ${edges} more edges are not shown; --limit shows more`);
    }
  });
}

interface View {
  group: MapGroup;
  limit: number;
}

async function askMap(server: Server, params: Params, { group, limit }: View): Promise<MapGraph> {
  const view: Params = [
    ['group', group],
    ['limit', String(limit)],
  ];
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

function parseLimit(text: string): number {
  const limit = parseCount(text);
  if (limit !== undefined && limit > 0) return limit;
  throw new InvalidArgumentError('Allowed is a number of nodes from 1.');
}
