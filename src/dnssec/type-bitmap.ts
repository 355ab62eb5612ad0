import type { ByteBuffer } from '../dns/byte-buffer.ts';

/**
 * Appends the Type Bit Maps field for `types[0, count)`, which must be in ascending order without duplicates (RFC 4034 section 4.1.2).
 */
export function writeTypeBitmap(types: Uint16Array, count: number, out: ByteBuffer): void {
  for (let first = 0; first < count;) {
    const window = types[first]! >>> 8;
    let end = first;
    while (end < count && types[end]! >>> 8 === window) end++;
    const length = ((types[end - 1]! & 0xff) >>> 3) + 1;
    out.reserve(2 + length);
    out.u8(window);
    out.u8(length);
    const start = out.length;
    out.bytes.fill(0, start, start + length);
    for (let i = first; i < end; i++) {
      const bit = types[i]! & 0xff;
      out.bytes[start + (bit >>> 3)]! |= 0x80 >>> (bit & 7);
    }
    out.length += length;
    first = end;
  }
}

/** Whether the Type Bit Maps field `bytes[start, end)` has the bit of `type`. */
export function bitmapHas(bytes: Uint8Array, start: number, end: number, type: number): boolean {
  for (let position = start; position + 2 <= end;) {
    const window = bytes[position]!;
    const length = bytes[position + 1]!;
    if (window === type >>> 8) {
      const octet = (type & 0xff) >>> 3;
      return octet < length && (bytes[position + 2 + octet]! & (0x80 >>> (type & 7))) !== 0;
    }
    position += 2 + length;
  }
  return false;
}
