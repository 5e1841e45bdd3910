import { type Command, Option } from 'commander';
import type { Filter } from '../lib/filter/filter.ts';

export type Params = [string, string][];

const GROUP = 'Filters (repeatable: any value of a flag, all flags):';

/**
 * Adds an option for each filter. The answer collects what was given as query parameters, in the order of the command
 * line, which `--not` depends on. Not `short`: their letters mean something else to the command.
 */
export function addFilterOptions(
  command: Command,
  filters: readonly Filter<never>[],
  { short = true } = {},
): Params {
  const params: Params = [];
  const add = (option: Option, toParam: (value: string | null) => [string, string]) => {
    command.addOption(option.helpGroup(GROUP));
    command.on(`option:${option.name()}`, (value: string | null) => params.push(toParam(value)));
  };
  for (const filter of filters) add(optionOf(filter, short), (value) => [filter.name, value ?? '']);
  if (filters.some(({ name }) => name === 'family')) {
    add(new Option('-4', 'the same as --family ipv4'), () => ['family', 'ipv4']);
    add(new Option('-6', 'the same as --family ipv6'), () => ['family', 'ipv6']);
  }
  add(new Option('--not', 'negates the filter that follows'), () => ['not', 'true']);
  const ends = filters.filter(({ name }) => name.startsWith('from-')).map(({ name }) => `--${name.slice(5)}`);
  if (ends.length > 0) command.addHelpText('after', endsText(ends));
  return params;
}

function endsText(names: readonly string[]): string {
  const list = `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  return `
${list} match either end.
--from-ip and so on match the end that opened the connection (the client), --to-ip and so on the one that accepted it
(the server), whichever side was observed.`;
}

/** Left out of the help for its length, not for being secret. */
export function isEndOption(name: string): boolean {
  return /^(--)?(from|to)-/.test(name);
}

const SHORT: Record<string, string> = { namespace: '-n, ', label: '-l, ' };

function optionOf({ name, value, implied, doc, choice, allowed }: Filter<never>, short: boolean): Option {
  const placeholder = implied === undefined ? `<${value}>` : `[${value}]`;
  const letter = (short && SHORT[name]) || '';
  const option = new Option(`${letter}--${name} ${placeholder}`, doc).hideHelp(isEndOption(name));
  return choice ? option.choices(allowed) : option;
}
