import { InvalidArgumentError, Option } from 'commander';
import { SysprobeError } from '../../lib/errors.ts';
import { parseQuery } from '../../lib/filter/query.ts';
import { EVENTS } from '../../lib/filter/records.ts';
import { parseDuration } from '../../lib/filter/values.ts';
import { addFilterOptions, type Params } from '../filter-options.ts';
import { shortBytes, shortDuration } from '../format/numbers.ts';
import { Recorder } from '../record/recorder.ts';
import { SessionFile } from '../record/session-file.ts';
import type { Server } from '../server.ts';
import type { Terminal } from '../terminal.ts';
import type { Place } from './records.ts';

interface RecordOptions {
  for?: number;
  force: boolean;
}

const EXAMPLES = `
The file has all that system-probe remembers and what happens until the end: until Ctrl-C, or for the time given. It
holds names and arguments of processes, so only you may read it. Nothing of what was sent over connections is in it.

Examples:
  sysprobe record incident.cborseq.gz             until Ctrl-C, compressed
  sysprobe record --for 10m night.cborseq.gz      ten minutes
  sysprobe replay incident.cborseq.gz             serves it like system-probe`;

export function addRecordCommand({ program, terminal, server }: Place): void {
  const command = program
    .command('record')
    .summary('a session of system-probe to a file')
    .description('Writes what system-probe knows and tells to a file, which replay gives back anywhere.')
    .argument('<file>', 'the file; compressed when its name ends in .gz')
    .optionsGroup('Recording:')
    .addOption(new Option('--for <TIME>', 'end after TIME, such as 30s or 10m').argParser(parseSpan))
    .option('--force', 'replace the file when it is there', false);
  const params = addFilterOptions(command, EVENTS.filters);
  command.addHelpText('after', EXAMPLES);
  command.action((path: string, options: RecordOptions) =>
    record(path, { server: server(), terminal, params, options }),
  );
}

interface Run {
  server: Server;
  terminal: Terminal;
  params: Params;
  options: RecordOptions;
}

async function record(path: string, { server, terminal, params, options }: Run): Promise<void> {
  parseQuery(EVENTS, params);
  if (server.kind === 'agent') {
    const message = 'a session is recorded of system-probe: give its socket with --socket';
    throw new SysprobeError('SP_QUERY_INVALID', message, { parameter: 'server' });
  }
  const file = await SessionFile.open(path, { force: options.force });
  const stop = new AbortController();
  const recorder = new Recorder({ server, params, file, signal: stop.signal });
  const begun = performance.now();
  const timer = options.for === undefined ? undefined : setTimeout(() => stop.abort(), options.for);
  onInterrupt(() => stop.abort());
  try {
    await recorder.run();
  } finally {
    clearTimeout(timer);
    await file.close();
    const { records, events, lost } = recorder.recorded;
    const span = shortDuration((performance.now() - begun) * 1e6);
    const losses = lost > 0 ? `; ${lost} events were lost: they came faster than they were written` : '';
    terminal.notice(
      `${path}: ${records} records and ${events} events in ${span}, ${shortBytes(file.bytes)}B before compression${losses}`,
    );
  }
  if (!stop.signal.aborted)
    throw new SysprobeError('SP_SERVER_UNREACHABLE', `${server.name}: the stream ended`);
}

/** The usual end, for which the file has to be finished; a second time ends at once. */
function onInterrupt(stop: () => void): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.removeAllListeners(signal);
    process.once(signal, stop);
  }
}

function parseSpan(text: string): number {
  const seconds = parseDuration(text);
  if (seconds !== undefined && seconds > 0 && seconds <= 86_400) return seconds * 1000;
  throw new InvalidArgumentError('Allowed is a time up to 24h, such as 30s or 10m.');
}
