const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The bytes as a character string of a zone file: RFC 1035 §5.1. */
export function quotedString(bytes: Uint8Array): string {
  let text = '"';
  for (const byte of bytes) {
    if (byte < 0x20 || byte >= 0x7f) text += `\\${byte.toString().padStart(3, '0')}`;
    else if (byte === QUOTE || byte === BACKSLASH) text += `\\${String.fromCharCode(byte)}`;
    else text += String.fromCharCode(byte);
  }
  return `${text}"`;
}
