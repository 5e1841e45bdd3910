import type { Command } from 'commander';
import { isEndOption } from './filter-options.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** One command as a shell completes it. */
interface Words {
  name: string;
  summary: string;
  options: Flag[];
  /** What its argument may be. */
  values: readonly string[];
  /** Its argument is a file. */
  takesFile: boolean;
}

interface Flag {
  /** `-o` and `--output`, or one of them. */
  names: string[];
  doc: string;
  takesValue: boolean;
  values: readonly string[];
}

/** A script that completes the commands of `program`, their options and the values that have a choice. */
export function completionScript(shell: Shell, program: Command): string {
  const commands = program.commands.map((command) => wordsOf(command, program));
  switch (shell) {
    case 'bash':
      return bash(commands);
    case 'zsh':
      return zsh(commands);
    case 'fish':
      return fish(commands);
  }
}

function wordsOf(command: Command, program: Command): Words {
  const own = command.options.filter(({ hidden, long }) => !hidden || isEndOption(long ?? ''));
  const flags = [...own, ...program.options].map((option) => ({
    names: [option.short, option.long].filter((name) => typeof name === 'string'),
    doc: option.description.replace(/ \(.*\)$/, ''),
    takesValue: option.required,
    values: option.argChoices ?? [],
  }));
  return {
    name: command.name(),
    summary: command.summary(),
    options: [...flags, { names: ['-h', '--help'], doc: 'show the help', takesValue: false, values: [] }],
    values: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
    takesFile: command.registeredArguments.some(({ argChoices }) => argChoices === undefined),
  };
}

function bash(commands: Words[]): string {
  const names = commands.map(({ name }) => name);
  const withFile = commands.filter(({ takesFile }) => takesFile).map(({ name }) => name);
  const valueCases = commands.flatMap(({ name, options }) => {
    const pattern = (flags: Flag[]) =>
      flags.flatMap(({ names }) => names.map((flag) => `"${name} ${flag}"`)).join('|');
    const free = options.filter(({ takesValue, values }) => takesValue && values.length === 0);
    const chosen = options.filter(({ values }) => values.length > 0);
    return [
      ...chosen.map((flag) => {
        const reply = `COMPREPLY=($(compgen -W "${flag.values.join(' ')}" -- "$cur"));`;
        // An optional value may be left out, and the next option be meant.
        return `    ${pattern([flag])}) ${reply}${flag.takesValue ? '' : ' [[ $cur == -* ]] ||'} return;;`;
      }),
      ...(free.length > 0 ? [`    ${pattern(free)}) return;;`] : []),
    ];
  });
  return `# bash completion for sysprobe
_sysprobe() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} command= words= word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in ${names.join('|')}) command=$word; break;; esac
  done
  COMPREPLY=()
  if [[ $prev == --socket ]]; then
    COMPREPLY=($(compgen -f -- "$cur"))
    return
  fi
  case "$command $prev" in
${valueCases.join('\n')}
  esac
  case $command in
    '') words="${[...names, '--help', '--version', '--socket', '--server'].join(' ')}";;
${commands.map(({ name, options, values }) => `    ${name}) words="${[...options.map(longest), ...values].join(' ')}";;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  case $command in ${withFile.join('|')}) [[ $cur == -* ]] || COMPREPLY=($(compgen -f -- "$cur"));; esac
}
complete -F _sysprobe sysprobe
`;
}

function zsh(commands: Words[]): string {
  const quote = (text: string) => text.replace(/'/g, `'\\''`);
  const label = (text: string) => quote(text.replace(/[[\]:\\]/g, '\\$&'));
  const spec = ({ names, doc, takesValue, values }: Flag) => {
    const action = names.includes('--socket') ? '_files' : values.length > 0 ? `(${values.join(' ')})` : '';
    const value = takesValue ? `:value:${action}` : values.length > 0 ? `::value:${action}` : '';
    return names.map((name) => `        '*${name}[${label(doc)}]${value}'`).join(' \\\n');
  };
  return `#compdef sysprobe
_sysprobe() {
  local context state line
  _arguments -C '1:command:->command' '*::argument:->argument'
  case $state in
    command)
      local -a commands=(
${commands.map(({ name, summary }) => `        '${name}:${label(summary)}'`).join('\n')}
      )
      _describe command commands;;
    argument)
      case $words[1] in
${commands
  .map(({ name, options, values, takesFile }) => {
    const choice = takesFile ? "'1:file:_files'" : values.length > 0 ? `'1:value:(${values.join(' ')})'` : '';
    const argument = choice === '' ? '' : ` \\\n        ${choice}`;
    return `      ${name}) _arguments \\\n${options.map(spec).join(' \\\n')}${argument};;`;
  })
  .join('\n')}
      esac;;
  esac
}
# Found through fpath this file is the function; sourced it only defines it.
if [[ \${funcstack[1]} == _sysprobe ]]; then _sysprobe "$@"; else compdef _sysprobe sysprobe; fi
`;
}

function fish(commands: Words[]): string {
  const quote = (text: string) => `'${text.replace(/['\\]/g, '\\$&')}'`;
  const flag = (name: string) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`);
  const lines = commands.flatMap(({ name, summary, options, values, takesFile }) => {
    const inside = `complete -c sysprobe -n '__fish_seen_subcommand_from ${name}'`;
    return [
      `complete -c sysprobe -n __fish_use_subcommand -a ${name} -d ${quote(summary)}`,
      ...(values.length > 0 ? [`${inside} -a ${quote(values.join(' '))}`] : []),
      ...(takesFile ? [`${inside} -F`] : []),
      ...options.map(({ names, doc, takesValue, values }) => {
        const file = names.includes('--socket') ? ' -rF' : takesValue ? ' -x' : '';
        const choices = values.length > 0 ? ` -a ${quote(values.join(' '))}` : '';
        return `${inside} ${names.map(flag).join(' ')}${file}${choices} -d ${quote(doc)}`;
      }),
    ];
  });
  return `# fish completion for sysprobe\ncomplete -c sysprobe -f\n${lines.join('\n')}\n`;
}

function longest({ names }: Flag): string {
  return names.at(-1) ?? '';
}
