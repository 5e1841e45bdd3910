import { parseBytes, parseCount } from '../filter/values.ts';

/** How the text of a value becomes a value. `parse` answers undefined for what is not allowed. */
export interface Kind<T> {
  /** Completes "give …". */
  allowed: string;
  parse: (text: string) => T | undefined;
  /** The default as it is documented. */
  format?: (value: T) => string;
  /** What a JSON schema says of a value in YAML; without it, that it is a string. */
  schema?: object;
}

/** Of what is written with commas between. */
export const LIST = { type: ['string', 'integer', 'array'], items: { type: ['string', 'integer'] } };

export function integer(min: number, max: number): Kind<number> {
  return {
    allowed: `a whole number from ${min} to ${max}`,
    parse: (text) => within(parseCount(text), min, max),
    schema: { type: 'integer', minimum: min, maximum: max },
  };
}

/** `8388608` or `8MiB`. */
export function bytes(min: number, max: number): Kind<number> {
  return {
    allowed: `a size from ${formatBytes(min)} to ${formatBytes(max)}, such as 8388608 or 8MiB`,
    parse: (text) => within(parseBytes(text), min, max),
    format: formatBytes,
    schema: { type: ['string', 'integer'] },
  };
}

/** `53` or `53,5353`. */
export function ports(max: number): Kind<number[]> {
  return {
    allowed: `1 to ${max} different ports from 1 to 65535, such as 53,5353`,
    parse: (text) => {
      const parsed = text.split(',').map((each) => within(parseCount(each.trim()), 1, 65_535));
      const found = parsed.filter((each) => each !== undefined);
      const isAllowed = found.length === parsed.length && found.length <= max;
      return isAllowed && new Set(found).size === found.length ? found : undefined;
    },
    format: (value) => value.join(','),
    schema: LIST,
  };
}

/** `0` or `0,65534`. */
export const userIds: Kind<readonly number[]> = {
  allowed: '1 to 64 user ids, such as 0,65534',
  parse: (text) => {
    const parsed = text.split(',').map((each) => within(parseCount(each.trim()), 0, 4_294_967_294));
    const found = parsed.filter((each) => each !== undefined);
    return found.length === parsed.length && found.length <= 64 ? found : undefined;
  },
  format: (value) => value.join(','),
  schema: LIST,
};

/** A ring buffer's size: the kernel takes nothing else. */
export function bytesPowerOfTwo(min: number, max: number): Kind<number> {
  return {
    allowed: `a power of two from ${formatBytes(min)} to ${formatBytes(max)}, such as ${formatBytes(min * 2)}`,
    parse: (text) => {
      const value = within(parseBytes(text), min, max);
      return value !== undefined && Number.isInteger(Math.log2(value)) ? value : undefined;
    },
    format: formatBytes,
    schema: { type: ['string', 'integer'] },
  };
}

export const boolean: Kind<boolean> = {
  allowed: 'true or false',
  parse: (text) => {
    const lower = text.toLowerCase();
    if (['true', '1', 'yes', 'on'].includes(lower)) return true;
    // `disabled` is what Datadog's agent also takes for DD_PROCESS_AGENT_ENABLED.
    if (['false', '0', 'no', 'off', 'disabled'].includes(lower)) return false;
    return undefined;
  },
  schema: { type: 'boolean' },
};

/** `internal_key,*_cipher` */
export const words: Kind<readonly string[]> = {
  allowed:
    'words of letters, digits, - and _ with commas between them, * standing for anything, such as internal_key,*_cipher',
  parse: (text) => {
    const found = text.split(',').map((each) => each.trim());
    return found.every((each) => /^[\w*-]{1,64}$/.test(each)) ? found : undefined;
  },
  format: (value) => value.join(',') || 'none',
  schema: LIST,
};

/** One of a few words. */
export function word<const Word extends string>(...words: readonly Word[]): Kind<Word> {
  return {
    allowed: `one of ${words.join(', ')}`,
    parse: (text) => words.find((each) => each === text.toLowerCase()),
    schema: { enum: words },
  };
}

/** Some of a few words, in the order of `words`. */
export function someOf<const Word extends string>(words: readonly Word[]): Kind<readonly Word[]> {
  return {
    allowed: `different ones of ${words.join(', ')}, separated by commas`,
    parse: (text) => {
      const names = text.split(',').map((name) => name.trim());
      const known = words.filter((word) => names.includes(word));
      return known.length === names.length ? known : undefined;
    },
    format: (value) => value.join(','),
    schema: LIST,
  };
}

/** Of a server that is sent to; its path is a prefix. */
export const httpUrl: Kind<string> = {
  allowed: 'a URL of http or https, such as http://collector:4318',
  parse: (text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const isAllowed = url && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '';
    return isAllowed ? text : undefined;
  },
};

const HEADER = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)=([\t\x20-\x7e]*)$/;

/** `api-key=secret,tenant=a`, values percent-encoded as OpenTelemetry has them. */
export const httpHeaders: Kind<ReadonlyMap<string, string>> = {
  allowed: 'headers such as api-key=secret,tenant=a',
  parse: (text) => {
    const headers = new Map<string, string>();
    for (const part of text.split(',')) {
      const [, name, value] = HEADER.exec(decoded(part.trim()) ?? '') ?? [];
      if (name === undefined || value === undefined) return undefined;
      headers.set(name.toLowerCase(), value);
    }
    return headers;
  },
  format: (value) => [...value.keys()].join(','),
  schema: LIST,
};

export const absolutePath: Kind<string> = {
  allowed: 'an absolute path',
  parse: (text) => (text.startsWith('/') && !text.includes('\0') ? text : undefined),
};

/** The kernel's limit for the name of a Unix socket is 108 bytes with its closing zero. */
export const socketPath: Kind<string> = {
  allowed: 'an absolute path of at most 107 bytes',
  parse: (text) => (Buffer.byteLength(text) <= 107 ? absolutePath.parse(text) : undefined),
};

export const fileMode: Kind<number> = {
  allowed: 'an octal file mode from 0600 to 0777, such as 0660',
  parse: (text) => {
    const octal = /^0?o?([67][0-7]{2})$/.exec(text)?.[1];
    return octal === undefined ? undefined : Number.parseInt(octal, 8);
  },
  format: (mode) => `0${mode.toString(8)}`,
};

export const host: Kind<string> = {
  allowed: 'an IP address or a host name',
  parse: (text) => (/^[0-9A-Za-z.:_-]+(%[0-9A-Za-z]+)?$/.test(text) ? text : undefined),
};

/** Names of both Datadog (`critical`, `off`) and pino (`fatal`, `silent`); the value is pino's. */
const logLevels = {
  trace: 'trace',
  debug: 'debug',
  info: 'info',
  warn: 'warn',
  warning: 'warn',
  error: 'error',
  critical: 'fatal',
  fatal: 'fatal',
  off: 'silent',
  silent: 'silent',
} as const;

export type LogLevel = (typeof logLevels)[keyof typeof logLevels];

export const logLevel: Kind<LogLevel> = {
  allowed: 'one of trace, debug, info, warn, error, critical, off',
  parse: (text) => new Map(Object.entries(logLevels)).get(text.toLowerCase()),
};

/** A value that has no default: absent means what the option's description says. */
export function optional<T>({ format: _, ...kind }: Kind<T>): Kind<T | undefined> {
  return kind;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function within(value: number | undefined, min: number, max: number): number | undefined {
  return value !== undefined && Number.isInteger(value) && value >= min && value <= max ? value : undefined;
}

function formatBytes(value: number): string {
  const power = [3, 2, 1].find((each) => value % 1024 ** each === 0) ?? 0;
  return `${value / 1024 ** power}${['', 'KiB', 'MiB', 'GiB'][power]}`;
}
