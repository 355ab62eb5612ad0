import { LIMB_BITS, LIMBS } from '../../../src/io/crypto/curves/field-code.ts';
import { LANES } from '../../../src/io/crypto/curves/quad-code.ts';

/** The integer that limbs say, whatever these are. */
export function valueOf(limbs: readonly number[]): bigint {
  return limbs.reduceRight((value, limb) => (value << BigInt(LIMB_BITS)) + BigInt(limb), 0n);
}

export function modulo(value: bigint, modulus: bigint): bigint {
  return ((value % modulus) + modulus) % modulus;
}

/** The limbs of a lane of a quad. */
export function laneLimbs(words: Int32Array, quad: number, lane: number): number[] {
  return Array.from({ length: LIMBS }, (_, i) => words[(quad >> 2) + i * LANES + lane]!);
}

export function writeLaneLimbs(
  words: Int32Array,
  quad: number,
  lane: number,
  limbs: readonly number[],
): void {
  for (const [i, limb] of limbs.entries()) words[(quad >> 2) + i * LANES + lane] = limb;
}
