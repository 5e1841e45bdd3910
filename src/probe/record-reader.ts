/** How the generated decoders (events.gen.ts) read what DataView does not. */

export function readUint64(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 0x1_0000_0000;
}

export function readInt64(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getInt32(at + 4, true) * 0x1_0000_0000;
}

/** The low 48 bits: kernel addresses differ in no other, and they are exact in a number. */
export function readPointer(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint16(at + 4, true) * 0x1_0000_0000;
}

const text = new TextDecoder();

/** Bytes up to the first NUL; what is not UTF-8 becomes U+FFFD. */
export function readText(view: DataView, at: number, size: number): string {
  let end = 0;
  let ascii = '';
  for (; end < size; end++) {
    const byte = view.getUint8(at + end);
    if (byte === 0) return ascii;
    if (byte > 127) break;
    ascii += String.fromCharCode(byte);
  }
  if (end === size) return ascii;
  for (; end < size && view.getUint8(at + end) !== 0; end++);
  return text.decode(readBytes(view, at, end));
}

export function readBytes(view: DataView, at: number, size: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + at, size);
}
