/**
 * Reads the part of CDDL (RFC 8610) that docs/wire.cddl uses, and checks decoded CBOR against it: rules, choices,
 * literals, ranges, maps, arrays, occurrences, tags and the controls .cbor and .regexp.
 */

/** What test/wire/decode.py prints. */
export type Tree =
  | { null: null }
  | { bool: boolean }
  | { int: string }
  | { float: number }
  | { text: string }
  | { bytes: string }
  | { array: Tree[] }
  | { map: [Tree, Tree][] }
  | { tag: number; value: Tree; embedded?: Tree };

type Type =
  | { kind: 'name'; name: string }
  | { kind: 'text'; value: string }
  | { kind: 'range'; from: bigint; to: bigint }
  | { kind: 'choice'; types: Type[] }
  | { kind: 'map' | 'array'; entries: Entry[] }
  | { kind: 'tag'; tag: number; type: Type }
  | { kind: 'cbor'; type: Type }
  | { kind: 'regexp'; pattern: RegExp };

interface Entry {
  key: string | undefined;
  least: number;
  most: number;
  type: Type;
}

export type Schema = Map<string, Type>;

const TOKEN =
  /\s+|;.*|"(?:[^"\\]|\\.)*"|#6\.\d+|\d+\.\.\d+|\d+|\.[a-z]+(?=\s)|[A-Za-z][\w.-]*|[=/:,?*+{}[\]()]/y;

export function parseSchema(source: string): Schema {
  const tokens = tokenize(source);
  const schema: Schema = new Map();
  while (tokens.length > 0) {
    const name = take(tokens);
    expectToken(tokens, '=');
    if (schema.has(name)) throw new Error(`${name} is defined twice`);
    schema.set(name, parseChoice(tokens));
  }
  return schema;
}

/** Why `value` is not a `rule`; undefined when it is. */
export function mismatch(schema: Schema, rule: string, value: Tree): string | undefined {
  return check(schema, { kind: 'name', name: rule }, value);
}

/** The labels of an array's entries, in their order. */
export function entryNames(schema: Schema, rule: string): (string | undefined)[] {
  const type = schema.get(rule);
  if (type?.kind !== 'array') throw new Error(`${rule} is not an array`);
  return type.entries.map(({ key }) => key);
}

function tokenize(source: string): string[] {
  const tokens: string[] = [];
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < source.length; ) {
    const at = TOKEN.lastIndex;
    const [token] = TOKEN.exec(source) ?? [];
    if (token === undefined) throw new Error(`not understood: ${source.slice(at, at + 40)}`);
    if (!/^[\s;]/.test(token)) tokens.push(token);
  }
  return tokens;
}

function take(tokens: string[]): string {
  const token = tokens.shift();
  if (token === undefined) throw new Error('the schema ends too early');
  return token;
}

function expectToken(tokens: string[], expected: string): void {
  const token = take(tokens);
  if (token !== expected) throw new Error(`${expected} expected, found ${token}`);
}

function parseChoice(tokens: string[]): Type {
  const types = [parseType(tokens)];
  while (tokens[0] === '/') {
    tokens.shift();
    types.push(parseType(tokens));
  }
  const [only] = types;
  return types.length === 1 && only ? only : { kind: 'choice', types };
}

function parseType(tokens: string[]): Type {
  const token = take(tokens);
  if (token.startsWith('"')) return { kind: 'text', value: JSON.parse(token) };
  if (/^\d/.test(token)) {
    const [from = '', to = from] = token.split('..');
    return { kind: 'range', from: BigInt(from), to: BigInt(to) };
  }
  if (token.startsWith('#6.')) {
    expectToken(tokens, '(');
    const type = parseChoice(tokens);
    expectToken(tokens, ')');
    return { kind: 'tag', tag: Number(token.slice(3)), type };
  }
  if (token === '{') return { kind: 'map', entries: parseEntries(tokens, '}') };
  if (token === '[') return { kind: 'array', entries: parseEntries(tokens, ']') };
  if (tokens[0] === '.cbor') {
    tokens.shift();
    return { kind: 'cbor', type: parseType(tokens) };
  }
  if (tokens[0] === '.regexp') {
    tokens.shift();
    return { kind: 'regexp', pattern: new RegExp(`^(?:${JSON.parse(take(tokens))})$`) };
  }
  return { kind: 'name', name: token };
}

const OCCURRENCES: Record<string, [number, number]> = {
  '?': [0, 1],
  '*': [0, Number.POSITIVE_INFINITY],
  '+': [1, Number.POSITIVE_INFINITY],
};

function parseEntries(tokens: string[], close: string): Entry[] {
  const entries: Entry[] = [];
  while (tokens[0] !== close) {
    const occurrence = OCCURRENCES[tokens[0] ?? ''];
    if (occurrence) tokens.shift();
    const [least, most] = occurrence ?? [1, 1];
    const key = tokens[1] === ':' ? take(tokens) : undefined;
    if (key !== undefined) expectToken(tokens, ':');
    entries.push({ key, least, most, type: parseChoice(tokens) });
    if (tokens[0] === ',') tokens.shift();
  }
  expectToken(tokens, close);
  return entries;
}

function check(schema: Schema, type: Type, value: Tree): string | undefined {
  const wrong = (expected: string) => `${JSON.stringify(value).slice(0, 100)} is not ${expected}`;
  switch (type.kind) {
    case 'name':
      return checkName(schema, type.name, value);
    case 'text':
      return 'text' in value && value.text === type.value ? undefined : wrong(`"${type.value}"`);
    case 'range': {
      const inside = 'int' in value && BigInt(value.int) >= type.from && BigInt(value.int) <= type.to;
      return inside ? undefined : wrong(`${type.from}..${type.to}`);
    }
    case 'choice': {
      const reasons = type.types.map((each) => check(schema, each, value));
      return reasons.includes(undefined) ? undefined : reasons.join('; ');
    }
    case 'tag':
      return 'tag' in value && value.tag === type.tag
        ? type.type.kind === 'cbor' && value.embedded
          ? check(schema, type.type.type, value.embedded)
          : check(schema, type.type, value.value)
        : wrong(`tag ${type.tag}`);
    case 'cbor':
      return wrong('embedded CBOR');
    case 'regexp':
      return 'text' in value && type.pattern.test(value.text) ? undefined : wrong(String(type.pattern));
    case 'map':
      return 'map' in value ? checkMap(schema, type.entries, value.map) : wrong('a map');
    case 'array':
      return 'array' in value ? checkArray(schema, type.entries, value.array) : wrong('an array');
    default:
      return type satisfies never;
  }
}

function checkName(schema: Schema, name: string, value: Tree): string | undefined {
  const rule = schema.get(name);
  if (rule) {
    const reason = check(schema, rule, value);
    return reason === undefined ? undefined : `${name}: ${reason}`;
  }
  const prelude: Record<string, boolean> = {
    text: 'text' in value,
    bytes: 'bytes' in value,
    bool: 'bool' in value,
    null: 'null' in value,
    int: 'int' in value,
    uint: 'int' in value && BigInt(value.int) >= 0n && BigInt(value.int) < 2n ** 64n,
  };
  const matches = prelude[name];
  if (matches === undefined) throw new Error(`${name} is not defined`);
  return matches ? undefined : `${JSON.stringify(value).slice(0, 100)} is not ${name}`;
}

function checkMap(schema: Schema, entries: Entry[], pairs: [Tree, Tree][]): string | undefined {
  const found = new Map(pairs.map(([key, value]) => ['text' in key ? key.text : JSON.stringify(key), value]));
  if (found.size !== pairs.length) return 'a key comes twice';
  for (const { key = '', least, type } of entries) {
    const value = found.get(key);
    found.delete(key);
    if (value === undefined) {
      if (least > 0) return `${key} is missing`;
      continue;
    }
    const reason = check(schema, type, value);
    if (reason !== undefined) return `${key}: ${reason}`;
  }
  return found.size === 0 ? undefined : `${[...found.keys()].join(', ')} is not in the schema`;
}

/** Entries are taken greedily, which is enough where only the last one repeats. */
function checkArray(schema: Schema, entries: Entry[], values: Tree[]): string | undefined {
  let at = 0;
  for (const { key = '', least, most, type } of entries) {
    for (let count = 0; count < most; count++, at++) {
      const value = values[at];
      if (value === undefined) {
        if (count < least) return `${key} is missing at ${at}`;
        break;
      }
      const reason = check(schema, type, value);
      if (reason !== undefined) return `${key} at ${at}: ${reason}`;
    }
  }
  return at === values.length ? undefined : `${values.length - at} more than the schema has`;
}
