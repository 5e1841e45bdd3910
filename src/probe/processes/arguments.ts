import { MAX_ITEMS } from '../../wire/fields.ts';

const text = new TextDecoder();

/**
 * Arguments as they lie in memory, each behind the NUL of the one before. What is not UTF-8 becomes U+FFFD; `isCut`
 * tells that the bytes end before the arguments do.
 */
export function parseArguments(bytes: Uint8Array, isCut: boolean): { args: string[]; argsCut: boolean } {
  const args = text.decode(bytes).split('\0');
  // Behind the NUL of the last one is no argument.
  if (args.at(-1) === '') args.pop();
  return { args: args.slice(0, MAX_ITEMS), argsCut: isCut || args.length > MAX_ITEMS };
}

/** The path of names that are told from the file up to the root; undefined for none. */
export function parseNames(bytes: Uint8Array): string | undefined {
  const names = text.decode(bytes).split('\0');
  names.pop();
  return names.length === 0 ? undefined : `/${names.reverse().join('/')}`;
}
