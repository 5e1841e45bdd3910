import { type Command, Option } from 'commander';
import { FLOW_FILTERS, type FlowFilter } from '../lib/filter/flows.ts';

export type Params = [string, string][];

const GROUP = 'Filters (repeatable: any value of a flag, all flags):';

/**
 * Adds an option for each filter of flows. The answer collects what was given as query parameters, in the order of
 * the command line, which `--not` depends on.
 */
export function addFilterOptions(command: Command): Params {
  const params: Params = [];
  const add = (option: Option, toParam: (value: string | null) => [string, string]) => {
    command.addOption(option.helpGroup(GROUP));
    command.on(`option:${option.name()}`, (value: string | null) => params.push(toParam(value)));
  };
  for (const filter of FLOW_FILTERS) add(optionOf(filter), (value) => [filter.name, value ?? '']);
  add(new Option('-4', 'the same as --family ipv4'), () => ['family', 'ipv4']);
  add(new Option('-6', 'the same as --family ipv6'), () => ['family', 'ipv6']);
  add(new Option('--not', 'negates the filter that follows'), () => ['not', 'true']);
  command.addHelpText(
    'after',
    `
--ip, --port, --domain, --container, --pod, --namespace, --workload, --service and --label match either end. --from-ip and so on match the end that opened the
connection (the client), --to-ip and so on the one that accepted it (the server), whichever side was observed.`,
  );
  return params;
}

const SHORT: Record<string, string> = { namespace: '-n, ', label: '-l, ' };

function optionOf({ name, value, implied, doc, choice, allowed }: FlowFilter): Option {
  const placeholder = implied === undefined ? `<${value}>` : `[${value}]`;
  const option = new Option(`${SHORT[name] ?? ''}--${name} ${placeholder}`, doc).hideHelp(
    /^(from|to)-/.test(name),
  );
  return choice ? option.choices(allowed) : option;
}
