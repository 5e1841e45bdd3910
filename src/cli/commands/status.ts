import { type Command, Option } from 'commander';
import { type ServerStatus, statusText } from '../format/status.ts';
import { askJson, type Server } from '../server.ts';
import { COLOR_CHOICES, type ColorChoice, choosePaint, type Terminal } from '../terminal.ts';

interface StatusOptions {
  output: 'text' | 'json';
  color: ColorChoice;
}

export function addStatusCommand(program: Command, terminal: Terminal, server: () => Server): void {
  program
    .command('status')
    .summary('is the server working, what is on, what was lost')
    .description(
      'Shows the health of the server: its sources, how full its tables are, its readers, and its losses.',
    )
    .addOption(
      new Option('-o, --output <FORM>', 'form of the output').choices(['text', 'json']).default('text'),
    )
    .addOption(new Option('--color <WHEN>', 'color the output').choices(COLOR_CHOICES).default('auto'))
    .action(async ({ output, color }: StatusOptions) => {
      const status = await askJson(server(), { path: 'status' });
      const text =
        output === 'json'
          ? `${JSON.stringify(status)}\n`
          : statusText(status as ServerStatus, choosePaint(color));
      await terminal.write(text);
    });
}
