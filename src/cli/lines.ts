import { StringDecoder } from 'node:string_decoder';
import { SysprobeError } from '../lib/errors.ts';

const MAX_LINE = 4 * 1024 * 1024;

/** The lines of a text that comes in chunks: those that each chunk completes. Throws SP_WIRE_INVALID. */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string[]> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.write(Buffer.from(chunk))).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE)
      throw new SysprobeError('SP_WIRE_INVALID', 'the server sends a line without end');
    const full = lines.filter((line) => line !== '');
    if (full.length > 0) yield full;
  }
  if (rest !== '') throw new SysprobeError('SP_WIRE_INVALID', 'the answer ends in the middle of a line');
}

/** Gathers lines, so that what is lined up in columns has enough of them to measure. */
export async function* gather(batches: AsyncIterable<string[]>, count: number): AsyncGenerator<string[]> {
  let held: string[] = [];
  for await (const batch of batches) {
    held = held.concat(batch);
    if (held.length < count) continue;
    yield held;
    held = [];
  }
  if (held.length > 0) yield held;
}

export function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new SysprobeError('SP_WIRE_INVALID', 'the server sent a line that is not JSON', { cause });
  }
}
