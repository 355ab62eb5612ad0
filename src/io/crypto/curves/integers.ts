import type { Arithmetic } from './arithmetic.ts';
import { LIMB_BITS, LIMB_MASK, LIMBS, limbsOf } from './field-code.ts';

/** Writes an integer that is not negative. */
export function writeInteger({ words }: Arithmetic, at: number, integer: bigint): void {
  words.set(limbsOf(integer).map(Number), at >> 2);
}

/** Copies an integer from one address to another. */
export function copyInteger({ words }: Arithmetic, to: number, from: number): void {
  words.copyWithin(to >> 2, from >> 2, (from >> 2) + LIMBS);
}

/** Writes 32 octets, the high one first, as an integer. */
export function writeOctets({ words }: Arithmetic, at: number, octets: Uint8Array, start = 0): void {
  let word = at >> 2;
  let limb = 0;
  let bits = 0;
  for (let i = start + 31; i >= start; i--) {
    const octet = octets[i]!;
    limb |= (octet << bits) & LIMB_MASK;
    bits += 8;
    if (bits < LIMB_BITS) continue;
    words[word++] = limb;
    bits -= LIMB_BITS;
    limb = octet >> (8 - bits);
  }
  words[word] = limb;
}

/** Reads 32 octets, the high one first. The integer must be normal. */
export function readOctets(arithmetic: Arithmetic, at: number, octets: Uint8Array, start = 0): void {
  for (let i = 0; i < 32; i++) octets[start + 31 - i] = octetOf(arithmetic, at, i);
}

/** The octet of an integer at `index`, counted from the low end. The integer must be normal. */
export function octetOf({ words }: Arithmetic, at: number, index: number): number {
  const limb = Math.floor((index * 8) / LIMB_BITS);
  const bit = index * 8 - limb * LIMB_BITS;
  const word = (at >> 2) + limb;
  const above = bit > LIMB_BITS - 8 ? words[word + 1]! << (LIMB_BITS - bit) : 0;
  return ((words[word]! >> bit) | above) & 0xff;
}

/** Whether an integer whose limbs are all in range is below another. */
export function isBelow({ words }: Arithmetic, at: number, limit: readonly number[]): boolean {
  for (let i = LIMBS - 1, word = (at >> 2) + i; i >= 0; i--, word--)
    if (words[word] !== limit[i]) return words[word]! < limit[i]!;
  return false;
}

/** Whether a normal integer is zero. */
export function isZero({ words }: Arithmetic, at: number): boolean {
  let bits = 0;
  for (let word = at >> 2, end = word + LIMBS; word < end; word++) bits |= words[word]!;
  return bits === 0;
}
