import type { Kind } from './kinds.ts';

export interface Option<T> {
  kind: Kind<T>;
  default: T;
  /** One sentence, without the range and the default: the documentation adds both. */
  doc: string;
  /** Environment names after the option's own SYSPROBE_ name, earlier ones first. */
  env?: readonly string[];
  /** Environment names of which true turns the option off. */
  disabledBy?: readonly string[];
}

/** Keyed by the option's name in camelCase, which is also its name in the YAML file. */
// biome-ignore lint/suspicious/noExplicitAny: a table's options are of different types
export type Options = Record<string, Option<any>>;

export type Values<Table extends Options> = {
  [Name in keyof Table]: Table[Name] extends Option<infer T> ? T : never;
};

/** Gives the literal its type, so that `default` and `kind` must agree. */
export function option<T>(definition: Option<T>): Option<T> {
  return definition;
}

export function flagName(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

export function envNames(name: string, { env = [], disabledBy = [] }: Option<unknown>): string[] {
  return [`SYSPROBE_${flagName(name).slice(2).replaceAll('-', '_').toUpperCase()}`, ...env, ...disabledBy];
}
