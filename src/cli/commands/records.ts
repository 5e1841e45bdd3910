import { type Command, Option } from 'commander';
import { SysprobeError } from '../../lib/errors.ts';
import { parseQuery, type RecordSet } from '../../lib/filter/query.ts';
import { MessageReader } from '../../wire/cbor.ts';
import { PLURALS, type RecordKind } from '../../wire/kinds.ts';
import { addFilterOptions, type Params } from '../filter-options.ts';
import { describeLoss, followRecords, type StreamItem } from '../follow.ts';
import {
  type Entry,
  type RecordFormat,
  type RecordLayout,
  recordFormatter,
  TEXT_FORMS,
  type TextForm,
} from '../format/records.ts';
import { TIME_FORMATS, type TimeStyle } from '../format/time.ts';
import { gather, parseLine, readLines } from '../lines.ts';
import { ask, askJson, bodyOf, type Server } from '../server.ts';
import { COLOR_CHOICES, type ColorChoice, choosePaint, type Terminal } from '../terminal.ts';

const BATCH = 500;

/** A command that lists and follows the records of one kind. */
export interface RecordsCommand<T> {
  kind: RecordKind;
  summary: string;
  description: string;
  examples: string;
  /** When a record belongs to a window of time. */
  windows: { since: string; until: string };
  set: RecordSet<never>;
  layout: RecordLayout<T>;
  /** What is listed when nothing is selected, nor one of some filters given, and how the help says it. */
  usual: { params: Params; doc: string; unless?: readonly string[] };
  forms: { list: TextForm; follow: TextForm };
  /** A form that needs the whole list. */
  tree?: (records: readonly T[], format: Omit<RecordFormat, 'form'>) => string;
}

interface RecordsOptions {
  follow?: true;
  last?: string;
  first?: string;
  all?: true;
  since?: string;
  until?: string;
  reconnect: boolean;
  output?: TextForm | 'tree' | 'json' | 'cbor';
  numeric?: true;
  headers: boolean;
  timeFormat: TimeStyle['format'];
  utc?: true;
  color: ColorChoice;
}

export interface Place {
  program: Command;
  terminal: Terminal;
  server: () => Server;
}

export function addRecordsCommand<T extends object>(
  definition: RecordsCommand<T>,
  { program, terminal, server }: Place,
): void {
  const { kind, summary, description, examples, windows, set, usual, forms, tree } = definition;
  const { list, follow } = forms;
  const usualForm = list === follow ? list : `${list}, with --follow ${follow}`;
  const command = program
    .command(PLURALS[kind])
    .summary(summary)
    .description(description)
    .optionsGroup('Selection:')
    .option('-f, --follow', 'go on with what happens from now; breaks are bridged, losses are told')
    .option('--no-reconnect', 'end when the followed stream does')
    .option('--last <N>', `the N newest (default: ${usual.doc}, with --follow 0)`)
    .option('--first <N>', 'the N oldest')
    .option('--all', 'no limit')
    .option('--since <TIME>', `${windows.since} at or after: 5m (ago), or RFC 3339`)
    .option('--until <TIME>', `${windows.until} at or before`)
    .optionsGroup('Output:')
    .addOption(
      new Option('-o, --output <FORM>', `form of the output (default: ${usualForm})`).choices([
        ...TEXT_FORMS,
        ...(tree ? ['tree'] : []),
        'json',
        'cbor',
      ]),
    )
    .option('--numeric', 'addresses instead of domain names, exact numbers of bytes and microseconds')
    .option('--no-headers', 'no line of headers above a table')
    .addOption(new Option('--time-format <FORMAT>', 'how times look').choices(TIME_FORMATS).default('time'))
    .option('--utc', 'times in UTC instead of local time')
    .addOption(new Option('--color <WHEN>', 'color the output').choices(COLOR_CHOICES).default('auto'));
  const filters = addFilterOptions(command, set.filters);
  command.addHelpText('after', `\nExamples:\n${examples}`);
  command.action((options: RecordsOptions) =>
    show({ definition, server: server(), terminal, filters, options }),
  );
}

interface Run<T> {
  definition: RecordsCommand<T>;
  server: Server;
  terminal: Terminal;
  filters: Params;
  options: RecordsOptions;
}

async function show<T extends object>(run: Run<T>): Promise<void> {
  const { definition, filters, options } = run;
  const params: Params = [...limits(definition, filters, options), ...filters];
  // Here rather than by the server: what is wrong with a command line is known without one.
  parseQuery({ ...definition.set, kubernetes: run.server.kind === 'agent' }, params);
  if (options.output === 'cbor') await copyCbor(run, params);
  else if (options.output === 'tree') await listTree(run, params);
  else if (options.follow) await follow(run, params);
  else await list(run, params);
}

function limits<T>(
  { usual }: RecordsCommand<T>,
  filters: Params,
  { follow, all, output, ...options }: RecordsOptions,
): Params {
  const given: Params = [];
  for (const name of ['last', 'first', 'since', 'until'] as const) {
    const value = options[name];
    if (value === undefined) continue;
    if (follow && (name === 'first' || name === 'until')) throw notFollowed(name);
    given.push([name, value]);
  }
  if (follow && output === 'tree') throw notFollowed('output tree');
  if (all) given.push(['all', 'true']);
  if (given.length > 0) return given;
  if (follow) return [['last', '0']];
  return filters.some(([name]) => usual.unless?.includes(name)) ? [] : usual.params;
}

function notFollowed(parameter: string): SysprobeError {
  return new SysprobeError('SP_QUERY_INVALID', 'cannot be given with --follow', { parameter });
}

async function* listed<T>({ definition, server }: Run<T>, params: Params): AsyncGenerator<string[]> {
  const path = PLURALS[definition.kind];
  const answer = await ask(server, { path, params, accept: 'application/x-ndjson' });
  yield* gather(readLines(bodyOf(server, answer)), BATCH);
}

async function list<T extends object>(run: Run<T>, params: Params): Promise<void> {
  const { terminal, options } = run;
  const format = formatterOf(run, 'list');
  for await (const lines of listed(run, params)) {
    if (options.output === 'json') await terminal.write(`${lines.join('\n')}\n`);
    else await terminal.write(format(lines.map((line) => ({ record: parseLine(line) as T }))));
  }
}

async function listTree<T extends object>(run: Run<T>, params: Params): Promise<void> {
  const records: T[] = [];
  for await (const lines of listed(run, params)) {
    for (const line of lines) records.push(parseLine(line) as T);
  }
  await run.terminal.write(run.definition.tree?.(records, formatOf(run.options)) ?? '');
}

async function follow<T extends object>(run: Run<T>, params: Params): Promise<void> {
  const { definition, server, terminal, filters, options } = run;
  const path = PLURALS[definition.kind];
  const answer = (await askJson(server, { path, params })) as { cursor: string } & Record<typeof path, T[]>;
  const records = answer[path];
  const json = options.output === 'json';
  const format = formatterOf(run, 'follow');
  await terminal.write(
    json
      ? records.map((record) => `${JSON.stringify(record)}\n`).join('')
      : format(records.map((record) => ({ record }))),
  );
  const { notice } = terminal;
  const { reconnect } = options;
  const stream = followRecords<T>(server, {
    path,
    params: filters,
    cursor: answer.cursor,
    reconnect,
    notice,
  });
  for await (const items of stream) {
    if (json) await terminal.write(items.map(({ line }) => `${line}\n`).join(''));
    else await terminal.write(format(items.flatMap(entryOf)));
    for (const { event } of items) if (event.type === 'lost') notice(describeLoss(event));
  }
}

function entryOf<T>({ event }: StreamItem<T>): Entry<T>[] {
  if (event.type === 'lost') return [];
  const { type, cursor: _, ...record } = event;
  return [{ record: record as T, event: type }];
}

function formatterOf<T extends object>(
  { definition, options }: Run<T>,
  way: 'list' | 'follow',
): (entries: Entry<T>[]) => string {
  const form = TEXT_FORMS.find((form) => form === options.output) ?? definition.forms[way];
  return recordFormatter(definition.layout, { form, ...formatOf(options) });
}

function formatOf(options: RecordsOptions): Omit<RecordFormat, 'form'> {
  const { headers, numeric = false, timeFormat, utc = false, color } = options;
  const style = { numeric, format: timeFormat, utc, now: Date.now };
  return { headers, style, paint: choosePaint(color) };
}

/** As the server sent it. A followed stream ends with its connection: a cut item could not be continued. */
async function copyCbor<T>(run: Run<T>, params: Params): Promise<void> {
  const { definition, server, terminal, filters, options } = run;
  const path = PLURALS[definition.kind];
  const accept = 'application/cbor-seq';
  const reader = new MessageReader();
  let cursor = '';
  for await (const chunk of bodyOf(server, await ask(server, { path, params, accept }))) {
    await terminal.write(chunk);
    for (const message of reader.push(chunk)) if (message.type === 'end') cursor = message.cursor;
  }
  reader.end();
  if (!options.follow) return;
  const after: Params = [...filters, ['follow', 'true'], ['after', cursor]];
  const answer = await ask(server, { path, params: after, accept, follow: true });
  for await (const chunk of bodyOf(server, answer)) await terminal.write(chunk);
  throw new SysprobeError('SP_SERVER_UNREACHABLE', `${server.name}: the stream ended`);
}
