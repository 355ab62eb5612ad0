import type { Arithmetic } from './arithmetic.ts';
import { LIMBS, limbsOf } from './field-code.ts';

/** Writes an integer that is not negative. */
export function writeInteger({ words }: Arithmetic, at: number, integer: bigint): void {
  words.set(limbsOf(integer).map(Number), at >> 2);
}

/** Copies an integer from one address to another. */
export function copyInteger({ words }: Arithmetic, to: number, from: number): void {
  words.copyWithin(to >> 2, from >> 2, (from >> 2) + LIMBS);
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
