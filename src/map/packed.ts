/** Numbers from 0 on that do not change any more, as narrow as the largest allows; undefined when all are 0. */
export type Packed = Uint8Array | Uint16Array | Uint32Array | Float64Array | undefined;

export function pack(values: ArrayLike<number>): Packed {
  let largest = 0;
  let whole = true;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    if (value > largest) largest = value;
    if (!Number.isInteger(value)) whole = false;
  }
  if (largest === 0) return undefined;
  if (!whole || largest > 0xffff_ffff) return Float64Array.from(values);
  if (largest > 0xffff) return Uint32Array.from(values);
  return largest > 0xff ? Uint16Array.from(values) : Uint8Array.from(values);
}
