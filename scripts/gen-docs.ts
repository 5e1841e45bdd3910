/**
 * Writes the tables of docs/configuration.md from the options' own table:
 *   tsx scripts/gen-docs.ts           writes them
 *   tsx scripts/gen-docs.ts --check   fails when they are not current
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { markdownTable } from '../src/lib/config/document.ts';
import { agentOptions, probeOptions } from '../src/lib/config/options.ts';

const path = 'docs/configuration.md';
const tables = { probe: markdownTable(probeOptions), agent: markdownTable(agentOptions) };

const current = readFileSync(path, 'utf8');
const wanted = Object.entries(tables).reduce((text, [name, table]) => {
  const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
  if (!text.includes(begin) || !text.includes(end))
    throw new Error(`${path} has no place for the table ${name}`);
  return `${text.slice(0, text.indexOf(begin))}${begin}\n${table}\n${text.slice(text.indexOf(end))}`;
}, current);

if (!process.argv.includes('--check')) {
  writeFileSync(path, wanted);
} else if (wanted !== current) {
  console.error(`${path} is not what src/lib/config gives; run: npm run generate`);
  process.exitCode = 1;
}
