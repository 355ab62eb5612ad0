import type { ByteBuffer } from '../../dns/byte-buffer.ts';
import type { Cursor } from '../../dns/cursor.ts';
import { inputError } from '../../errors.ts';

const SPACE = 32;

/** Sets `bit` in the bit map that begins at `start` and ends `out`, which grows as far as needed. Bit 0 is the highest of the first octet. */
export function setBit(out: ByteBuffer, start: number, bit: number): void {
  const at = start + (bit >>> 3);
  while (out.length <= at) out.u8(0);
  out.bytes[at]! |= 0x80 >>> (bit & 7);
}

/** Prints the bits that are set in the rest of `rdata`, one space between. Text cannot say that a bit map ends in zero octets. */
export function printBits(rdata: Cursor, out: ByteBuffer, printBit: (bit: number) => void): void {
  if (rdata.remaining > 0 && rdata.bytes[rdata.end - 1] === 0) {
    throw inputError('wire/bitmap', 'a bit map ends in a zero octet');
  }
  let separate = false;
  for (let base = 0; rdata.remaining > 0; base += 8) {
    const octet = rdata.u8();
    for (let bit = 0; bit < 8; bit++) {
      if ((octet & (0x80 >>> bit)) === 0) continue;
      if (separate) out.u8(SPACE);
      separate = true;
      printBit(base + bit);
    }
  }
}
