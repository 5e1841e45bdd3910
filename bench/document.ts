import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import type { Figure } from './figures.ts';

const PATH = 'docs/benchmarks.md';

/** Writes what was measured into docs/benchmarks.md; the sections of other benchmarks stay as they are. */
export function writeFigures(measured: ReadonlyMap<string, Figure[]>): void {
  const sections = sectionsOf(readFileSync(PATH, 'utf8'));
  for (const [name, figures] of measured) sections.set(name, table(figures));
  const parts = [...sections].map(([name, body]) => `## ${name}\n\n${body}\n`);
  writeFileSync(PATH, `${head()}\n${parts.join('\n')}`);
}

/** Body by heading, in the document's order. */
function sectionsOf(document: string): Map<string, string> {
  const [, ...sections] = document.split(/^## /m);
  return new Map(
    sections.map((section) => {
      const [name = '', ...lines] = section.split('\n');
      return [name, lines.join('\n').trim()];
    }),
  );
}

function table(figures: Figure[]): string {
  const rows = figures.map(({ what, figure, how }) => `| ${what} | ${figure} | ${how} |`);
  return ['| what | figure | how |', '| --- | --- | --- |', ...rows].join('\n');
}

function head(): string {
  return `# Benchmarks

Written by \`npm run bench -- [NAME...] --write\` on Linux ${release()}, ${cpus().length} cores (${cpus()[0]?.model.trim()}),
Node.js ${process.version}. Median and range; the machine is shared, so compare within one run and quote ratios.
`;
}
