import { agent } from './agent.ts';
import { binding } from './binding.ts';
import { cgroups } from './cgroups.ts';
import { decode } from './decode.ts';
import { dns } from './dns.ts';
import { writeFigures } from './document.ts';
import type { Figure } from './figures.ts';
import { history } from './history.ts';
import { image } from './image.ts';
import { kernel } from './kernel.ts';
import { memory } from './memory.ts';
import { nat } from './nat.ts';
import { overhead } from './overhead.ts';
import { page } from './page.ts';
import { processes } from './processes.ts';
import { saturation } from './saturation.ts';
import { udp } from './udp.ts';

const benchmarks = [
  kernel,
  cgroups,
  overhead,
  decode,
  binding,
  agent,
  memory,
  nat,
  saturation,
  udp,
  dns,
  processes,
  page,
  history,
  image,
];
const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const measured = new Map<string, Figure[]>();
for (const benchmark of benchmarks) {
  if (names.length > 0 && !names.includes(benchmark.name)) continue;
  const figures = await benchmark.run();
  measured.set(benchmark.name, figures);
  for (const { what, figure, how } of figures) console.log(`${what}: ${figure}\n    ${how}`);
}
if (process.argv.includes('--write')) writeFigures(measured);
