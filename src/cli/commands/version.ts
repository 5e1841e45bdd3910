import type { Command } from 'commander';
import { version } from '../../lib/package-root.ts';
import type { Terminal } from '../terminal.ts';

export function addVersionCommand(program: Command, terminal: Terminal): void {
  program
    .command('version')
    .summary('the version of this command')
    .description('Shows the version of this command. What runs on the server is shown by status.')
    .action(() => terminal.write(`sysprobe ${version}\n`));
}
