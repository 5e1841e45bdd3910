import type { AnyValue, KeyValue } from './messages.ts';

type Plain = string | number | boolean | readonly string[] | undefined;

/** Attributes of what is known; a whole number is one in OTLP too. */
export function attributes(values: Readonly<Record<string, Plain>>): KeyValue[] {
  return Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: anyValue(value) }],
  );
}

export function anyValue(value: NonNullable<Plain>): AnyValue {
  switch (typeof value) {
    case 'string':
      return { stringValue: value };
    case 'boolean':
      return { boolValue: value };
    case 'number':
      return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
    default:
      return { arrayValue: { values: value.map((each) => ({ stringValue: each })) } };
  }
}

/** RFC 3339 with up to nanoseconds; undefined when it is not a time. */
export function unixNano(time: string | undefined): string | undefined {
  const [, whole, fraction = ''] = /^(.*?)(?:\.(\d{1,9}))?Z$/.exec(time ?? '') ?? [];
  const seconds = Date.parse(`${whole}Z`) / 1000;
  return Number.isNaN(seconds) ? undefined : `${seconds}${fraction.padEnd(9, '0')}`;
}

export function nanoOf(ms: number): string {
  return String(BigInt(Math.round(ms)) * 1_000_000n);
}
