// Writes docs/kernel-support.md from the results that the guests left.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { guests } from './matrix.mjs';
import { failuresOf, totalsOf } from './result.mjs';

/** @typedef {{ ending: import('./boot.mjs').Ending, report?: import('../../test/kernels/report.ts').GuestReport }} Result */

/** @param {string} results folder of NAME.json @param {string} path */
export function writeDocument(results, path) {
  const read = (name) => JSON.parse(readFileSync(join(results, name), 'utf8'));
  const all = readdirSync(results)
    .filter((name) => name.endsWith('.json'))
    .map((name) => ({ name: name.replace('.json', ''), ...read(name) }));
  writeFileSync(path, documentOf(all));
}

/**
 * The whole document. Results without a report are left out: nothing is known of their kernel.
 *
 * @param {(Result & { name: string })[]} results
 * @returns {string}
 */
export function documentOf(results) {
  const order = guests.map(({ name }) => name);
  const isPart = ({ name }) => guestOf(name).groups !== undefined;
  const place = ({ name }) => (order.includes(name) ? order.indexOf(name) : order.length);
  const all = results
    .filter(({ report }) => report !== undefined)
    .sort((a, b) => place(a) - place(b))
    .map(({ report, ...rest }) => ({ ...rest, report, failures: failuresOf({ ...rest, report }) }));
  const columns = all.filter((column) => !isPart(column));
  return `<!-- Written by npm run test:kernels -- --document. Do not edit. -->
# Kernels

sysprobe needs Linux 5.10 or newer with BTF. The same compiled BPF objects are loaded everywhere; what differs between
kernels is decided when they are loaded.

\`npm run test:kernels\` boots Debian's kernels in emulated machines, of x86-64 where nothing else is said, and runs the
probe there: real programs exchange a known number of bytes and datagrams, and the flows have to say the same, byte for
byte. The tables below are what was found.

## What was run

${table(['Kernel', 'Cgroups', 'Where', 'Cases exact', 'Lost', 'Result'], all.map(summary))}

## What the kernel allows

${matrixTable('', columns, checkRows(columns))}

## Ground truth

Both sides of every connection and conversation: bytes and datagrams sent, received and lost, owner and failure. *Lost*
is the sum of all loss counters of the probe.

${[columns, ...all.filter(isPart).map((part) => [part])].map(groupTables).join('\n\n')}

## Instructions that the verifier walks through

The limit is 1,000,000. Kernels before 5.16 do not tell the number.

${matrixTable('Program', columns, programRows(columns))}
`;
}

function summary({ name, report, failures }) {
  const { exact, cases, lost } = totalsOf(report);
  return [
    report.kernel,
    report.cgroups,
    placeOf(name),
    `${exact} of ${cases}`,
    `${lost}`,
    failures.length === 0 ? 'passed' : 'failed',
  ];
}

const guestOf = (name) => guests.find((guest) => guest.name === name) ?? {};

function placeOf(name) {
  if (name === 'here') return 'development machine';
  const { architecture, init } = guestOf(name);
  return ['guest, Debian', architecture, init].filter(Boolean).join(', ');
}

/** Row names in the order of their first appearance, over all columns. */
function rowNames(columns, namesOf) {
  return [...new Set(columns.flatMap(({ report }) => namesOf(report)))];
}

function checkRows(columns) {
  return rowNames(columns, ({ checks }) => checks.map(({ name }) => name)).map((name) => [
    name,
    ...columns.map(({ report }) => report.checks.find((check) => check.name === name)?.status ?? '–'),
  ]);
}

/** A table for each group, with what was measured beside its cases below it. */
function groupTables(columns) {
  return rowNames(columns, ({ groups }) => groups.map(({ name }) => name))
    .map((name) => [
      `### ${name}`,
      matrixTable('Case', columns, caseRows(columns, name)),
      details(columns, name),
    ])
    .map((parts) => parts.filter((part) => part !== '').join('\n\n'))
    .join('\n\n');
}

const groupOf = ({ report }, name) => report.groups.find((group) => group.name === name);

function caseRows(columns, group) {
  const casesOf = (column) => groupOf(column, group)?.cases ?? [];
  const names = [...new Set(columns.flatMap((column) => casesOf(column).map(({ name }) => name)))];
  return names.map((name) => {
    const found = columns.map((column) => casesOf(column).find((one) => one.name === name));
    const count = Math.max(...found.map((one) => one?.connections ?? 0));
    const cells = found.map((one, index) => {
      if (one === undefined) return groupOf(columns[index], group)?.unavailable ?? 'not run';
      return one.differences.length === 0 ? 'exact' : 'differs';
    });
    return [count > 1 ? `${name} (${count.toLocaleString('en')})` : name, ...cells];
  });
}

function details(columns, group) {
  return columns
    .flatMap((column) =>
      (groupOf(column, group)?.cases ?? [])
        .filter(({ detail }) => detail !== undefined)
        .map(({ detail }) => `- ${headOf(column)}: ${detail}`),
    )
    .join('\n');
}

function programRows(columns) {
  return rowNames(columns, ({ programs }) => programs.map(({ name }) => name)).map((name) => [
    `\`${name}\``,
    ...columns.map(({ report }) => {
      const program = report.programs.find((one) => one.name === name);
      if (program === undefined) return 'not run';
      if (program.error) return program.errorCode === 'EPERM' ? 'not permitted' : 'refused';
      return program.verifiedInstructions === 0 ? 'loads' : program.verifiedInstructions.toLocaleString('en');
    }),
  ]);
}

function matrixTable(corner, columns, rows) {
  return table([corner, ...columns.map(headOf)], rows);
}

function headOf({ name, report }) {
  const { architecture, init } = guestOf(name);
  return [report.kernel, report.cgroups, architecture, init].filter(Boolean).join(' ');
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
