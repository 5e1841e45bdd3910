import { type Command, Option } from 'commander';
import { SysprobeError } from '../../lib/errors.ts';
import { FLOWS } from '../../lib/filter/flows.ts';
import { parseQuery } from '../../lib/filter/query.ts';
import { MessageReader } from '../../wire/cbor.ts';
import type { FlowRecord } from '../../wire/flow.ts';
import { addFilterOptions, type Params } from '../filter-options.ts';
import { describeLoss, followFlows, type StreamItem } from '../follow.ts';
import type { FlowEntry } from '../format/flow-columns.ts';
import { flowFormatter, TEXT_FORMS, type TextForm } from '../format/flows.ts';
import { TIME_FORMATS, type TimeStyle } from '../format/time.ts';
import { gather, parseLine, readLines } from '../lines.ts';
import { ask, askJson, bodyOf, type Server } from '../server.ts';
import { COLOR_CHOICES, type ColorChoice, choosePaint, type Terminal } from '../terminal.ts';

const DEFAULT_LAST = '20';
const BATCH = 500;

interface FlowsOptions {
  follow?: true;
  last?: string;
  first?: string;
  all?: true;
  since?: string;
  until?: string;
  reconnect: boolean;
  output: TextForm | 'json' | 'cbor';
  numeric?: true;
  headers: boolean;
  timeFormat: TimeStyle['format'];
  utc?: true;
  color: ColorChoice;
}

const EXAMPLES = `
Examples:
  sysprobe flows                                  the 20 newest
  sysprobe flows -f --state closed                each connection as it closes
  sysprobe flows --failure --since 5m             what failed in the last five minutes
  sysprobe flows --to-port 443 --not --comm curl  to HTTPS servers, but not by curl
  sysprobe flows --all -o json | jq .sent.bytes   every record, one a line`;

export function addFlowsCommand(program: Command, terminal: Terminal, server: () => Server): void {
  const command = program
    .command('flows')
    .summary('connections and conversations')
    .description(
      'Shows TCP connections and UDP conversations: those that are open and those that have closed.',
    )
    .optionsGroup('Selection:')
    .option('-f, --follow', 'go on with what happens from now; breaks are bridged, losses are told')
    .option('--no-reconnect', 'end when the followed stream does')
    .option('--last <N>', `the N newest (default: ${DEFAULT_LAST}, with --follow 0)`)
    .option('--first <N>', 'the N oldest')
    .option('--all', 'no limit')
    .option('--since <TIME>', 'seen at or after: 5m (ago), or RFC 3339')
    .option('--until <TIME>', 'opened at or before')
    .optionsGroup('Output:')
    .addOption(
      new Option('-o, --output <FORM>', 'form of the output')
        .choices([...TEXT_FORMS, 'json', 'cbor'])
        .default('compact'),
    )
    .option('--numeric', 'addresses instead of domain names, exact numbers of bytes and microseconds')
    .option('--no-headers', 'no line of headers above a table')
    .addOption(new Option('--time-format <FORMAT>', 'how times look').choices(TIME_FORMATS).default('time'))
    .option('--utc', 'times in UTC instead of local time')
    .addOption(new Option('--color <WHEN>', 'color the output').choices(COLOR_CHOICES).default('auto'));
  const filters = addFilterOptions(command);
  command.addHelpText('after', EXAMPLES);
  command.action((options: FlowsOptions) => showFlows({ server: server(), terminal, filters, options }));
}

interface Run {
  server: Server;
  terminal: Terminal;
  filters: Params;
  options: FlowsOptions;
}

async function showFlows(run: Run): Promise<void> {
  const { filters, options } = run;
  const params: Params = [...filters, ...limits(options)];
  // Here rather than by the server: what is wrong with a command line is known without one.
  parseQuery({ ...FLOWS, kubernetes: run.server.kind === 'agent' }, params);
  if (options.output === 'cbor') await copyCbor(run, params);
  else if (options.follow) await follow(run, params);
  else await list(run, params);
}

function limits({ follow, all, ...options }: FlowsOptions): Params {
  const given: Params = [];
  for (const name of ['last', 'first', 'since', 'until'] as const) {
    const value = options[name];
    if (value === undefined) continue;
    if (follow && (name === 'first' || name === 'until')) {
      throw new SysprobeError('SP_QUERY_INVALID', 'cannot be given with --follow', { parameter: name });
    }
    given.push([name, value]);
  }
  if (all) given.push(['all', 'true']);
  return given.length > 0 ? given : [['last', follow ? '0' : DEFAULT_LAST]];
}

async function list({ server, terminal, options }: Run, params: Params): Promise<void> {
  const answer = await ask(server, { path: 'flows', params, accept: 'application/x-ndjson' });
  const format = formatterOf(options);
  for await (const lines of gather(readLines(bodyOf(server, answer)), BATCH)) {
    if (options.output === 'json') terminal.write(`${lines.join('\n')}\n`);
    else terminal.write(format(lines.map((line) => ({ flow: parseLine(line) as FlowRecord }))));
  }
}

async function follow({ server, terminal, filters, options }: Run, params: Params): Promise<void> {
  const { flows, cursor } = (await askJson(server, { path: 'flows', params })) as {
    flows: FlowRecord[];
    cursor: string;
  };
  const json = options.output === 'json';
  const format = formatterOf(options);
  terminal.write(
    json
      ? flows.map((flow) => `${JSON.stringify(flow)}\n`).join('')
      : format(flows.map((flow) => ({ flow }))),
  );
  const { notice } = terminal;
  const stream = followFlows(server, { params: filters, cursor, reconnect: options.reconnect, notice });
  for await (const items of stream) {
    if (json) terminal.write(items.map(({ line }) => `${line}\n`).join(''));
    else terminal.write(format(items.flatMap(entryOf)));
    for (const { event } of items) if (event.type === 'lost') notice(describeLoss(event));
  }
}

function entryOf({ event }: StreamItem): FlowEntry[] {
  if (event.type === 'lost') return [];
  const { type, cursor: _, ...flow } = event;
  return [{ flow, event: type }];
}

function formatterOf(options: FlowsOptions): (entries: FlowEntry[]) => string {
  const { output, headers, numeric = false, timeFormat, utc = false, color } = options;
  return flowFormatter({
    form: output === 'json' || output === 'cbor' ? 'compact' : output,
    headers,
    style: { numeric, format: timeFormat, utc, now: Date.now },
    paint: choosePaint(color),
  });
}

/** As the server sent it. A followed stream ends with its connection: a cut item could not be continued. */
async function copyCbor({ server, terminal, filters, options }: Run, params: Params): Promise<void> {
  const accept = 'application/cbor-seq';
  const reader = new MessageReader();
  let cursor = '';
  for await (const chunk of bodyOf(server, await ask(server, { path: 'flows', params, accept }))) {
    terminal.write(chunk);
    for (const message of reader.push(chunk)) if (message.type === 'end') cursor = message.cursor;
  }
  reader.end();
  if (!options.follow) return;
  const after: Params = [...filters, ['follow', 'true'], ['after', cursor]];
  for await (const chunk of bodyOf(
    server,
    await ask(server, { path: 'flows', params: after, accept, follow: true }),
  )) {
    terminal.write(chunk);
  }
  throw new SysprobeError('SP_SERVER_UNREACHABLE', `${server.name}: the stream ended`);
}
