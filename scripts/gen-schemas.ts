/**
 * Writes the JSON schemas of the API's answers, which are the types of src/agent/answers.ts:
 *   tsx scripts/gen-schemas.ts           writes them
 *   tsx scripts/gen-schemas.ts --check   fails when they are not current
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createGenerator } from 'ts-json-schema-generator';

const SOURCE = 'src/agent/answers.ts';
const TARGET = 'src/query/schemas.gen.ts';

const generator = createGenerator({
  path: SOURCE,
  tsconfig: 'tsconfig.json',
  type: '*',
  expose: 'export',
  additionalProperties: false,
  // `npm run check` looks at the types, with the compiler of the project.
  skipTypeCheck: true,
});
const { definitions = {} } = generator.createSchema('*');
const roots = [...readFileSync(SOURCE, 'utf8').matchAll(/^export interface (\w+)/gm)].map(
  ([, name = '']) => name,
);
const text = JSON.stringify(reachable(roots), null, 1).replaceAll('#/definitions/', '#/components/schemas/');
const content = `// Generated from ${SOURCE} by scripts/gen-schemas.ts (npm run generate). Do not edit.
/** What the API answers, by name, as JSON schemas that allow nothing else. */
export const SCHEMAS: Readonly<Record<string, object>> = ${text};
`;

if (!process.argv.includes('--check')) {
  writeFileSync(TARGET, content);
} else if (readFileSync(TARGET, 'utf8') !== content) {
  console.error(`${TARGET} is not what ${SOURCE} gives; run: npm run generate`);
  process.exitCode = 1;
}

/** A type that another one extends is in that one. */
function reachable(names: readonly string[]): object {
  const found = new Map<string, unknown>();
  const visit = (name: string) => {
    if (found.has(name)) return;
    found.set(name, definitions[name]);
    const references = JSON.stringify(definitions[name]).matchAll(/"#\/definitions\/([^"]+)"/g);
    for (const [, next = ''] of references) visit(decodeURIComponent(next));
  };
  for (const name of names) visit(name);
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}
