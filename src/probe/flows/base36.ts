const FOUR_DIGITS = 36 ** 4;
const EIGHT_DIGITS = 36 ** 8;
const PAIRS = Array.from({ length: 36 * 36 }, (_, value) => value.toString(36).padStart(2, '0'));

/** The same as toString(36) of a whole number up to 2^53, which takes the engine a division a digit. */
export function base36(value: number): string {
  const high = Math.floor(value / EIGHT_DIGITS);
  const rest = value - high * EIGHT_DIGITS;
  const middle = Math.floor(rest / FOUR_DIGITS);
  const text = fourDigits(high) + fourDigits(middle) + fourDigits(rest - middle * FOUR_DIGITS);
  let start = 0;
  while (start < text.length - 1 && text.charCodeAt(start) === 48) start++;
  return start === 0 ? text : text.slice(start);
}

function fourDigits(value: number): string {
  return (PAIRS[Math.floor(value / 1296)] ?? '') + (PAIRS[value % 1296] ?? '');
}
