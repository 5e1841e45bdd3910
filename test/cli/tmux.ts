import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../src/lib/package-root.ts';
import { makeFolder, until } from './harness.ts';

export interface Pane {
  /** What stands on the screen, line by line. */
  lines(): string[];
  text(): string;
  /** Keys by tmux's names: `q`, `Space`, `C-c`, `Down`. */
  press(...keys: string[]): void;
  resize(columns: number, lines: number): void;
  /** Waits until the screen is as it should. */
  shows(pattern: RegExp): Promise<void>;
  /** Runs a command line of the shell inside; wait for what it writes. */
  type(command: string): void;
  close(): void;
}

/** A terminal as a person has one, with a shell in it: a tmux of its own, whose screen can be read. */
export function openPane({ columns = 120, lines = 30 } = {}): Pane {
  const folder = makeFolder();
  const socket = join(folder.path, 'tmux.sock');
  const tmux = (...args: string[]) =>
    execFileSync('tmux', ['-S', socket, '-f', '/dev/null', ...args], {
      encoding: 'utf8',
      cwd: packageRoot,
      env: { PATH: process.env.PATH, LANG: 'C.UTF-8', TERM: 'xterm-256color', PS1: '$ ' },
    });
  const size = ['-x', String(columns), '-y', String(lines)];
  tmux('new-session', '-d', '-s', 'pane', ...size, 'bash --norc --noprofile');
  const text = () => tmux('capture-pane', '-p', '-t', 'pane');
  return {
    text,
    lines: () => text().replace(/\n$/, '').split('\n'),
    press: (...keys) => tmux('send-keys', '-t', 'pane', ...keys),
    resize: (x, y) => tmux('resize-window', '-t', 'pane', '-x', String(x), '-y', String(y)),
    shows: (pattern) => until(() => pattern.test(text()), `a screen with ${pattern}`),
    type: (command) => {
      tmux('send-keys', '-t', 'pane', '-l', command);
      tmux('send-keys', '-t', 'pane', 'Enter');
    },
    close: () => {
      tmux('kill-server');
      folder.dispose();
    },
  };
}
