import { writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { cgroups } from './cgroups.ts';
import { decode } from './decode.ts';
import { dns } from './dns.ts';
import type { Figure } from './figures.ts';
import { kernel } from './kernel.ts';
import { memory } from './memory.ts';
import { nat } from './nat.ts';
import { overhead } from './overhead.ts';
import { saturation } from './saturation.ts';

const benchmarks = [kernel, cgroups, overhead, decode, memory, nat, saturation, dns];
const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const figures: Figure[] = [];
for (const benchmark of benchmarks) {
  if (names.length > 0 && !names.includes(benchmark.name)) continue;
  for (const figure of await benchmark.run()) {
    figures.push(figure);
    console.log(`${figure.what}: ${figure.figure}\n    ${figure.how}`);
  }
}
if (process.argv.includes('--write')) writeFileSync('docs/benchmarks.md', document());

function document(): string {
  const rows = figures.map(({ what, figure, how }) => `| ${what} | ${figure} | ${how} |`);
  return `# Benchmarks

Written by \`npm run bench -- --write\` on Linux ${release()}, ${cpus().length} cores (${cpus()[0]?.model.trim()}), Node.js
${process.version}. Median and range; the machine is shared, so compare within one run and quote ratios.

| what | figure | how |
| --- | --- | --- |
${rows.join('\n')}
`;
}
