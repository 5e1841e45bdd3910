/**
 * Writes the tables of docs/, and of the page, that the sources' own tables give:
 *   tsx scripts/gen-docs.ts           writes them
 *   tsx scripts/gen-docs.ts --check   fails when they are not current
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { agentOptions } from '../src/lib/config/agent-options.ts';
import { markdownTable } from '../src/lib/config/document.ts';
import { probeOptions } from '../src/lib/config/probe-options.ts';
import { CONTAINER_FILTERS } from '../src/lib/filter/containers.ts';
import { DNS_FILTERS } from '../src/lib/filter/dns.ts';
import { filterRows, filterTable, selectorTable } from '../src/lib/filter/document.ts';
import { FLOW_FILTERS } from '../src/lib/filter/flows.ts';
import { PROCESS_FILTERS } from '../src/lib/filter/processes.ts';
import { EVENT_FILTERS } from '../src/lib/filter/records.ts';
import { ENDPOINTS } from '../src/query/endpoints.ts';
import { AGENT_LOSSES, PROBE_LOSSES } from '../src/wire/losses.ts';
import { cddlRows } from '../src/wire/schema.ts';

const documents = {
  'docs/configuration.md': { probe: markdownTable(probeOptions), agent: markdownTable(agentOptions) },
  'docs/api.md': { endpoints: endpointTable() },
  'docs/accounting.md': {
    losses: lossTable(PROBE_LOSSES),
    'losses of the agent': lossTable(AGENT_LOSSES),
  },
  'docs/dns.md': { losses: lossTable(PROBE_LOSSES, (name) => /^(?:ringDns|dns)/.test(name)) },
  'docs/wire.cddl': { rows: cddlRows() },
  'docs/cli.md': {
    selectors: selectorTable(),
    filters: filterTable(FLOW_FILTERS),
    'filters of dns': filterTable(DNS_FILTERS),
    'filters of processes': filterTable(PROCESS_FILTERS),
    'filters of containers': filterTable(CONTAINER_FILTERS),
    'filters of events': filterTable(EVENT_FILTERS),
  },
  'src/web/search/filters.ts': { filters: filterRows(FLOW_FILTERS) },
};

for (const [path, tables] of Object.entries(documents)) {
  const current = readFileSync(path, 'utf8');
  const wanted = Object.entries(tables).reduce((text, [name, table]) => {
    const [begin, end] = ['begin', 'end'].map((edge) => comment(path, `${edge} ${name}`)) as [string, string];
    if (!text.includes(begin) || !text.includes(end))
      throw new Error(`${path} has no place for the table ${name}`);
    return `${text.slice(0, text.indexOf(begin))}${begin}\n${table}\n${text.slice(text.indexOf(end))}`;
  }, current);

  if (!process.argv.includes('--check')) {
    writeFileSync(path, wanted);
  } else if (wanted !== current) {
    console.error(`${path} is not what the sources give; run: npm run generate`);
    process.exitCode = 1;
  }
}

function lossTable(losses: typeof PROBE_LOSSES, isShown: (name: string) => boolean = () => true): string {
  const rows = Object.entries(losses).filter(([name]) => isShown(name));
  return [
    '| Counter | Counts |',
    '| --- | --- |',
    ...rows.map(([name, text]) => `| \`${name}\` | ${text} |`),
  ].join('\n');
}

function endpointTable(): string {
  const rows = ENDPOINTS.map(({ path, summary, answers }) => {
    const forms = Object.keys(answers).map((form) => `\`${form}\``);
    return `| \`${path}\` | ${summary} | ${forms.join(', ')} |`;
  });
  return ['| Path | Answers | As |', '| --- | --- | --- |', ...rows].join('\n');
}

function comment(path: string, text: string): string {
  if (path.endsWith('.cddl')) return `; ${text}`;
  return path.endsWith('.ts') ? `  // ${text}` : `<!-- ${text} -->`;
}
