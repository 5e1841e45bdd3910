import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/lib/package-root.ts';
import type { Native, NativeError } from '../../src/probe/native.ts';
import { neededPrograms } from '../../src/probe/sources/twins.ts';
import type { ProgramReport } from './report.ts';

/** Loads every program of every object alone, so that one that is refused does not hide another. */
export function loadPrograms(native: Native): ProgramReport[] {
  const folder = join(packageRoot, 'bpf');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.bpf.o'))
    .flatMap((file) => {
      const object = file.replace('.bpf.o', '');
      const open = () => new native.BpfObject(readFileSync(join(folder, file)), object);
      const opened = open();
      const names = neededPrograms(opened);
      opened.close();
      return names.map((name) => loadProgram(open(), { object, name }));
    });
}

function loadProgram(
  opened: InstanceType<Native['BpfObject']>,
  { object, name }: { object: string; name: string },
): ProgramReport {
  const { section = '' } = opened.programs().find((program) => program.name === name) ?? {};
  const report = { object, name, section, verifiedInstructions: 0 };
  try {
    for (const other of opened.programs()) opened.setAutoload(other.name, other.name === name);
    opened.load();
    const loaded = opened.programs().find((program) => program.name === name);
    return { ...report, verifiedInstructions: loaded?.verifiedInstructions ?? 0 };
  } catch (error) {
    const { message, log, code } = error as NativeError;
    return {
      ...report,
      errorCode: code,
      error: [message, ...(log ?? '').trimEnd().split('\n').slice(-30)].join('\n'),
    };
  } finally {
    opened.close();
  }
}
