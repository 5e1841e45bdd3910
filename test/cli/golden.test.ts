import { expect, test } from 'vitest';
import { checkText } from '../../src/cli/commands/check.ts';
import { completionScript, SHELLS } from '../../src/cli/completion.ts';
import { CONTAINER_LAYOUT } from '../../src/cli/format/container-columns.ts';
import { DNS_LAYOUT } from '../../src/cli/format/dns-columns.ts';
import { FLOW_LAYOUT } from '../../src/cli/format/flow-columns.ts';
import { formatMap, MAP_FORMS } from '../../src/cli/format/map.ts';
import { PROCESS_LAYOUT } from '../../src/cli/format/process-columns.ts';
import { processTree } from '../../src/cli/format/process-tree.ts';
import { type RecordFormat, recordFormatter, TEXT_FORMS } from '../../src/cli/format/records.ts';
import { painter } from '../../src/cli/format/terminal.ts';
import { TIME_FORMATS } from '../../src/cli/format/time.ts';
import { createProgram } from '../../src/cli/program.ts';
import type { ProcessRecord } from '../../src/wire/process.ts';
import { CONTAINERS, LOOKUPS, PROCESSES } from './node.ts';
import { GRAPH, NAMED_RECORD, RECORDS } from './records.ts';

const PLAIN: RecordFormat = {
  form: 'compact',
  style: { numeric: false, format: 'time', utc: true, now: () => Date.parse('2026-01-31T12:04:00Z') },
  headers: true,
  paint: painter(false),
};
const ENTRIES = [...RECORDS, NAMED_RECORD].map((record) => ({ record }));

test.each(TEXT_FORMS)('flows as %s', async (form) => {
  await expect(recordFormatter(FLOW_LAYOUT, { ...PLAIN, form })(ENTRIES)).toMatchFileSnapshot(
    `golden/flows.${form}.txt`,
  );
});

test.each(TEXT_FORMS)('DNS as %s', async (form) => {
  const text = recordFormatter(DNS_LAYOUT, { ...PLAIN, form })(LOOKUPS.map((record) => ({ record })));
  await expect(text).toMatchFileSnapshot(`golden/dns.${form}.txt`);
});

test.each(TEXT_FORMS)('processes as %s', async (form) => {
  const text = recordFormatter(PROCESS_LAYOUT, { ...PLAIN, form })(PROCESSES.map((record) => ({ record })));
  await expect(text).toMatchFileSnapshot(`golden/processes.${form}.txt`);
});

test('processes as a tree', async () => {
  await expect(processTree(PROCESSES, PLAIN)).toMatchFileSnapshot('golden/processes.tree.txt');
});

test('what happens to processes', async () => {
  const [started, killed] = [PROCESSES[1], PROCESSES[3]] as [ProcessRecord, ProcessRecord];
  const format = recordFormatter(PROCESS_LAYOUT, PLAIN);
  const text = format([
    { record: started, event: 'process.started' },
    { record: { ...killed, state: 'running' }, event: 'oom' },
    { record: killed, event: 'process.exited' },
  ]);
  await expect(text).toMatchFileSnapshot('golden/processes.followed.txt');
});

test.each(TEXT_FORMS)('containers as %s', async (form) => {
  const text = recordFormatter(CONTAINER_LAYOUT, { ...PLAIN, form })(
    CONTAINERS.map((record) => ({ record })),
  );
  await expect(text).toMatchFileSnapshot(`golden/containers.${form}.txt`);
});

test.each(TIME_FORMATS)('times as %s', async (format) => {
  const text = recordFormatter(FLOW_LAYOUT, { ...PLAIN, style: { ...PLAIN.style, format } })(ENTRIES);
  await expect(text).toMatchFileSnapshot(`golden/flows.time-${format}.txt`);
});

test('numeric flows', async () => {
  const style = { ...PLAIN.style, numeric: true };
  const text = recordFormatter(FLOW_LAYOUT, { ...PLAIN, form: 'table', style, headers: false })(ENTRIES);
  await expect(text).toMatchFileSnapshot('golden/flows.numeric.txt');
});

test.each(['compact', 'table'] as const)('colored flows as %s', async (form) => {
  const text = recordFormatter(FLOW_LAYOUT, { ...PLAIN, form, paint: painter(true) })(ENTRIES);
  await expect(text).toMatchFileSnapshot(`golden/flows.${form}.colored.txt`);
});

test('events of a followed stream come in batches that keep the columns', async () => {
  const format = recordFormatter(FLOW_LAYOUT, { ...PLAIN, form: 'table' });
  const opened = ENTRIES.slice(0, 1).map((entry) => ({ ...entry, event: 'flow.opened' as const }));
  const updated = ENTRIES.slice(1, 3).map((entry) => ({ ...entry, event: 'flow.updated' as const }));
  const text = format(opened) + format(updated) + format(ENTRIES.slice(3));
  await expect(text).toMatchFileSnapshot('golden/flows.followed.txt');
});

test.each(MAP_FORMS)('the map as %s', async (form) => {
  await expect(formatMap(GRAPH, form, painter(false))).toMatchFileSnapshot(`golden/map.${form}.txt`);
});

test('what this machine lacks', async () => {
  const report = {
    ok: false,
    kernel: '5.4.0',
    checks: [
      { name: 'CAP_BPF', status: 'ok', required: true, detail: 'held' },
      {
        name: 'kernel',
        status: 'missing',
        required: true,
        detail: '5.4.0',
        cost: 'nothing can be observed',
        hint: 'needs Linux 5.10 or newer',
      },
      {
        name: 'sock_diag',
        status: 'missing',
        required: false,
        detail: 'refused',
        cost: 'older connections have no owner',
      },
      { name: 'udp_send', status: 'missing', required: false, detail: 'EPERM', cost: 'UDP costs more' },
      { name: 'udp_sent', status: 'missing', required: false, detail: 'EPERM', cost: 'UDP costs more' },
    ],
  } as const;
  const text = checkText({ ...report, checks: [...report.checks] }, painter(false));
  await expect(text).toMatchFileSnapshot('golden/check.txt');
});

const program = createProgram({
  terminal: { write: async () => {}, notice: () => {} },
  env: {},
  fail: () => {},
});

test.each(SHELLS)('completion for %s', async (shell) => {
  await expect(completionScript(shell, program)).toMatchFileSnapshot(`golden/completion.${shell}`);
});

test.each(program.commands.map((command) => command.name()))('help of %s', async (name) => {
  const command = program.commands.find((candidate) => candidate.name() === name);
  let text = '';
  command?.configureOutput({ writeOut: (part) => (text += part), getOutHelpWidth: () => 100 }).outputHelp();
  await expect(text).toMatchFileSnapshot(`golden/help.${name}.txt`);
});
