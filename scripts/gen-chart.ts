/**
 * Writes what the chart takes from elsewhere: the schema of `config` from the options of both programs, and the table of
 * its README from the schema and the values:
 *   tsx scripts/gen-chart.ts           writes them
 *   tsx scripts/gen-chart.ts --check   fails when they are not current
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';
import { agentOptions } from '../src/lib/config/agent-options.ts';
import type { Options } from '../src/lib/config/option.ts';
import { probeOptions } from '../src/lib/config/probe-options.ts';

const SCHEMA = 'manifests/chart/values.schema.json';
const README = 'manifests/chart/README.md';
const [BEGIN, END] = ['<!-- begin values -->', '<!-- end values -->'] as const;

interface Schema {
  description?: string;
  properties?: Record<string, Schema>;
  [keyword: string]: unknown;
}

const schema: Schema = JSON.parse(readFileSync(SCHEMA, 'utf8'));
const values: unknown = parse(readFileSync('manifests/chart/values.yaml', 'utf8'));
const properties = { ...schema.properties, config: configSchema() };
write(SCHEMA, `${JSON.stringify({ ...schema, properties }, null, 2)}\n`);

const readme = readFileSync(README, 'utf8');
const [before, after] = [readme.split(BEGIN)[0], readme.split(END)[1]];
write(README, `${before}${BEGIN}\n${valuesTable()}\n${END}${after}`);

function write(path: string, wanted: string): void {
  if (!process.argv.includes('--check')) {
    writeFileSync(path, wanted);
  } else if (readFileSync(path, 'utf8') !== wanted) {
    console.error(`${path} is not what the options and values give; run: npm run generate`);
    process.exitCode = 1;
  }
}

/** In a pod the kubelet asks at the port of health, and the network policy and the service name the other. */
function configSchema(): Schema {
  const known = { ...optionSchemas(probeOptions), ...optionSchemas(agentOptions) };
  for (const name of ['healthPort', 'listenPort']) known[name] = { ...known[name], minimum: 1 };
  return {
    description: 'The options of both programs, by their names in docs/configuration.md.',
    type: 'object',
    additionalProperties: false,
    required: ['healthPort'],
    properties: known,
  };
}

function optionSchemas(options: Options): Record<string, Schema> {
  return Object.fromEntries(
    Object.entries(options).map(([name, { doc, kind }]) => {
      const description = `${doc} Give ${kind.allowed}.`;
      return [name, { description, ...(kind.schema ?? { type: 'string' }) }];
    }),
  );
}

function valuesTable(): string {
  const rows = leaves(properties, values, []).map(
    ([name, { description }, value]) =>
      `| \`${name}\` | ${shown(value)} | ${description?.replaceAll('|', '\\|')} |`,
  );
  return ['| Value | Default | Meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

/** The options of `config` have a table of their own. */
function leaves(known: Record<string, Schema>, from: unknown, path: string[]): [string, Schema, unknown][] {
  return Object.entries(known).flatMap(([name, each]) => {
    const value = isTable(from) ? from[name] : undefined;
    const below = each.properties;
    if (below === undefined || name === 'config') return [[[...path, name].join('.'), each, value]];
    return leaves(below, value, [...path, name]);
  });
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function shown(value: unknown): string {
  if (value === undefined || value === '') return 'none';
  return `\`${JSON.stringify(value)}\``;
}
