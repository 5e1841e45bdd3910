import { parseCidr } from './cidr.ts';
import { parseCount, parseDuration, parseGlob, parsePorts } from './values.ts';

/** One filter of records: the query parameter, the CLI option, its help and its documentation come from here. */
export interface Filter<T> {
  name: string;
  /** What the help calls the value, e.g. `CIDR`. */
  value: string;
  doc: string;
  /** What a value may be: the choices themselves when `choice`, else a description. */
  allowed: readonly string[];
  choice: boolean;
  /** The value that the bare name stands for. */
  implied?: string;
  /** Accepted by name, but answered only by a server that knows the objects of Kubernetes. */
  kubernetes: boolean;
  /** Undefined when `text` is not a value of this filter. */
  compile(text: string): Test<T> | undefined;
}

export type Test<T> = (record: T) => boolean;

/** How the text of a value becomes a test of some part of a record. */
export interface Matcher<V> {
  allowed: string;
  parse(text: string): ((value: V) => boolean) | undefined;
}

export const address: Matcher<string> = {
  allowed: 'an address or a network such as 10.0.0.0/8 or fd00::/8',
  parse: parseCidr,
};

export const port: Matcher<number> = {
  allowed: 'a port from 0 to 65535, or a range such as 8000-8999',
  parse: (text) => {
    const range = parsePorts(text);
    return range && ((value) => value >= range[0] && value <= range[1]);
  },
};

export const count: Matcher<number> = {
  allowed: 'a whole number',
  parse: (text) => {
    const wanted = parseCount(text);
    return wanted === undefined ? undefined : (value) => value === wanted;
  },
};

export const glob: Matcher<string> = {
  allowed: 'a name, in which * stands for anything',
  parse: parseGlob,
};

/** The kernel keeps 15 bytes of the name of a process; a longer one would never match. */
export const comm: Matcher<string> = {
  allowed: glob.allowed,
  parse: (text) => parseGlob(text.includes('*') ? text : Buffer.from(text).subarray(0, 15).toString()),
};

/** Names of the DNS: `example.com` is that name, `.example.com` also all below it, and `*` stands for anything. */
export const domain: Matcher<string> = {
  allowed: 'a name; .example.com for it and all below, *.example.com for all below',
  parse: (text) => {
    const name = bareDomain(text);
    const below = name.length > 1 && name.startsWith('.') && !name.includes('*');
    const matches = below ? (value: string) => `.${value}`.endsWith(name) : parseGlob(name);
    return matches && ((value) => matches(bareDomain(value)));
  },
};

/** Over a time, in microseconds. */
export const longerThan: Matcher<number> = {
  allowed: 'a time such as 500us, 10ms or 1.5s',
  parse: (text) => {
    const seconds = parseDuration(text);
    return seconds === undefined ? undefined : (value) => value > seconds * 1_000_000;
  },
};

export interface Definition {
  name: string;
  value: string;
  doc: string;
  implied?: string;
}

/** A filter of one field; one that is not known matches nothing. */
export function filter<T, V>(
  definition: Definition,
  matcher: Matcher<V>,
  read: (record: T) => V | undefined,
): Filter<T> {
  return compiled(definition, matcher, (record, matches) => {
    const value = read(record);
    return value !== undefined && matches(value);
  });
}

/** A filter of several fields, any of which may match. */
export function filterAny<T, V>(
  definition: Definition,
  matcher: Matcher<V>,
  read: (record: T) => readonly (V | undefined)[],
): Filter<T> {
  return compiled(definition, matcher, (record, matches) =>
    read(record).some((value) => value !== undefined && matches(value)),
  );
}

function compiled<T, V>(
  definition: Definition,
  { allowed, parse }: Matcher<V>,
  test: (record: T, matches: (value: V) => boolean) => boolean,
): Filter<T> {
  return {
    ...definition,
    allowed: [allowed],
    choice: false,
    kubernetes: false,
    compile: (text) => {
      const matches = parse(text);
      return matches && ((record) => test(record, matches));
    },
  };
}

/** A filter whose values are few and known. */
export function choice<T>(
  definition: Omit<Definition, 'value'> & { value?: string },
  allowed: readonly string[],
  matches: (value: string, record: T) => boolean,
): Filter<T> {
  return {
    value: definition.name.toUpperCase(),
    ...definition,
    allowed,
    choice: true,
    kubernetes: false,
    compile: (text) => (allowed.includes(text) ? (record) => matches(text, record) : undefined),
  };
}

/** A filter of something that is so or not so; not known is not so. */
export function flag<T>(
  definition: Pick<Definition, 'name' | 'doc'>,
  read: (record: T) => boolean | undefined,
): Filter<T> {
  const matches = (value: string, record: T) => (read(record) === true) === (value === 'true');
  return choice({ ...definition, value: 'true|false', implied: 'true' }, ['true', 'false'], matches);
}

export function family<T>(doc: string, read: (record: T) => string | undefined): Filter<T> {
  const matches = (value: string, record: T) => {
    const known = read(record);
    return known === value || known === `ipv${value}`;
  };
  return choice({ name: 'family', doc }, ['ipv4', 'ipv6', '4', '6'], matches);
}

/** The root of the DNS stays a point. */
function bareDomain(name: string): string {
  return name.toLowerCase().replace(/(?<=.)\.$/, '');
}
