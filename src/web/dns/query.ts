import { DIMENSIONS, type Dimension } from './answers.ts';
import type { DnsQuestion, Outcome } from './view.ts';

type Filter = [name: string, value: string];

const GROUPS = 100;
const LOOKUPS = 100;

const OUTCOME_FILTERS: Record<Outcome, readonly Filter[]> = {
  any: [],
  // What was not answered has no code, so that the negation holds for it.
  failed: [
    ['not', 'true'],
    ['rcode', 'NOERROR'],
    ['not', 'true'],
    ['rcode', 'NXDOMAIN'],
  ],
  timeout: [['outcome', 'timeout']],
  NXDOMAIN: [['rcode', 'NXDOMAIN']],
  SERVFAIL: [['rcode', 'SERVFAIL']],
  REFUSED: [['rcode', 'REFUSED']],
  slow: [['slow', '100ms']],
};

/** Groups are asked for without the one that is chosen of theirs, so that the others stay to be seen. */
export function summaryParams(question: DnsQuestion): string {
  const { by, sort } = question;
  const dimensions = DIMENSIONS.filter((dimension) => dimension !== by);
  const own: Filter[] = [
    ['by', by],
    ['sort', sort],
    ['limit', String(GROUPS)],
  ];
  return new URLSearchParams([...own, ...filtersOf(question, dimensions)]).toString();
}

export function lookupParams(question: DnsQuestion): string {
  return new URLSearchParams([['last', String(LOOKUPS)], ...filtersOf(question, DIMENSIONS)]).toString();
}

/** Whether the lookups of a group can be asked for. What runs in no container is summed by a name that is no filter. */
export function isChoosable(dimension: Dimension, name: string): boolean {
  return filtersOfGroup(dimension, name).length > 0;
}

function filtersOf({ text, outcome, only }: DnsQuestion, dimensions: readonly Dimension[]): Filter[] {
  const groups = dimensions.flatMap((dimension) => {
    const name = only[dimension];
    return name === undefined ? [] : filtersOfGroup(dimension, name);
  });
  return [...nameFilter(text.trim(), only.domain), ...OUTCOME_FILTERS[outcome], ...groups];
}

/** Two values of one filter would be one or the other: a name that is chosen is narrower than a part of it. */
function nameFilter(text: string, chosen: string | undefined): Filter[] {
  if (text === '' || chosen !== undefined) return [];
  return [['domain', /[*]|^\./.test(text) ? text : `*${text}*`]];
}

function filtersOfGroup(dimension: Dimension, name: string): Filter[] {
  switch (dimension) {
    case 'domain':
      return [['domain', name]];
    case 'type':
      return [['type', name]];
    case 'process':
      return name === '' ? [] : [['comm', name]];
    case 'container':
      return /^[0-9a-f]{12,}$/.test(name) ? [['container', name]] : [];
    case 'server': {
      const [, ip, port] = /^\[?(.*?)\]?:(\d+)$/.exec(name) ?? [];
      return ip === undefined || port === undefined
        ? []
        : [
            ['server-ip', ip],
            ['port', port],
          ];
    }
  }
}
