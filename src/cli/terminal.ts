import { type Paint, painter } from './format/terminal.ts';

/** Data goes to stdout, what is said about it to stderr. */
export interface Terminal {
  /** Resolves when the reader has it: a slow one slows the command, and a command that ends has written all. */
  write: (data: string | Uint8Array) => Promise<void>;
  notice: (message: string) => void;
}

export const COLOR_CHOICES = ['auto', 'always', 'never'] as const;
export type ColorChoice = (typeof COLOR_CHOICES)[number];

export function openTerminal(onBroken: (error: NodeJS.ErrnoException) => void): Terminal {
  process.stdout.on('error', onBroken);
  process.stderr.on('error', onBroken);
  return {
    write: (data) =>
      new Promise((resolve) => {
        process.stdout.write(data, (error) => (error ? onBroken(error) : resolve()));
      }),
    notice: (message) => {
      process.stderr.write(`sysprobe: ${message}\n`);
    },
  };
}

/** Colors on a terminal that has them, unless NO_COLOR (https://no-color.org) is set. */
export function choosePaint(choice: ColorChoice): Paint {
  const { NO_COLOR = '', TERM } = process.env;
  const auto = process.stdout.isTTY === true && NO_COLOR === '' && TERM !== 'dumb';
  return painter(choice === 'always' || (choice === 'auto' && auto));
}
