// A translator in a process of its own, which its test deprives of what it needs. Prints a line when it is ready. For
// each line on stdin it looks up the connection that fill() numbers so, a minute later than the one before, and prints
// what came of it; the first makes the translator.
import { createInterface } from 'node:readline';
import { Translator } from '../../src/probe/nat/translator.ts';
import { loadNative } from '../../src/probe/native.ts';
import { numbered } from './raw-conntrack.ts';
import { translate } from './records.ts';

const native = loadNative();
let translator: Translator | undefined;
let nowMs = 0;

console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  nowMs += 60_000;
  translator ??= new Translator({ native, netns: process.argv[2] ?? '', now: () => nowMs });
  const { client, service } = numbered(Number(line));
  const side = { ends: { source: client, dest: service }, netns: 1, protocol: 'udp' as const };
  const translation = translate(translator, side);
  const { lookups, errors } = translator.counters();
  console.log(JSON.stringify({ translation, status: translator.status(), lookups, errors }));
}
