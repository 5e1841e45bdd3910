import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { paced } from '../live/pace.ts';

const execute = promisify(execFile);

/** Runs a program to its end and gives its standard output; a failure carries its standard error. */
export async function command(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  const { stdout } = await execute(file, args, { env: { ...process.env, ...env }, timeout: paced(60_000) });
  return stdout.trimEnd();
}

/** Things to undo, in reverse order; a step that fails does not keep the others from running. */
export class Cleanup {
  readonly #steps: (() => unknown)[] = [];

  add(step: () => unknown): void {
    this.#steps.push(step);
  }

  async run(): Promise<void> {
    const errors: unknown[] = [];
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, `cleanup failed: ${errors.join('; ')}`);
  }
}
