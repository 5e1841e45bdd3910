import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/lib/package-root.ts';
import type { Native, NativeError } from '../../src/probe/native.ts';
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
      const names = opened.programs().map(({ name }) => name);
      opened.close();
      return names.map((name) => loadProgram(open(), { object, name, names }));
    });
}

function loadProgram(
  opened: InstanceType<Native['BpfObject']>,
  { object, name, names }: { object: string; name: string; names: string[] },
): ProgramReport {
  const { section = '' } = opened.programs().find((program) => program.name === name) ?? {};
  const report = { object, name, section, verifiedInstructions: 0 };
  try {
    for (const other of names) opened.setAutoload(other, other === name);
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
