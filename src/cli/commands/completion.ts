import { Argument, type Command } from 'commander';
import { completionScript, SHELLS, type Shell } from '../completion.ts';
import type { Terminal } from '../terminal.ts';

export function addCompletionCommand(program: Command, terminal: Terminal): void {
  program
    .command('completion')
    .summary('a script that completes this command in a shell')
    .description('Writes a script that lets a shell complete commands, options and their values.')
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .addHelpText(
      'after',
      `
To use it now and in new shells:
  bash  sysprobe completion bash > /etc/bash_completion.d/sysprobe
  zsh   sysprobe completion zsh > "\${fpath[1]}/_sysprobe"
  fish  sysprobe completion fish > ~/.config/fish/completions/sysprobe.fish`,
    )
    .action((shell: Shell) => terminal.write(completionScript(shell, program)));
}
