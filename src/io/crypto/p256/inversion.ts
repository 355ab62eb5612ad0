import type { Arithmetic } from './arithmetic.ts';
import { LIMB_BITS, LIMBS } from './field-code.ts';
import { writeInteger } from './integers.ts';

/** Inverts an integer times Montgomery's radix; zero stays zero. `out` must not be `a`. */
export type Invert = (out: number, a: number) => void;

/**
 * Inverses modulo a prime.
 * @param one a place for the integer 1 times the radix, which stays there
 */
export function createInversion(
  arithmetic: Arithmetic,
  multiply: Arithmetic['multiply'],
  prime: bigint,
  one: number,
): Invert {
  writeInteger(arithmetic, one, montgomeryForm(1n, prime));
  const exponent = (prime - 2n).toString(2);
  // By Fermat: a to the power of the prime less two.
  return (out, a) => {
    multiply(out, a, one);
    for (let i = 1; i < exponent.length; i++) {
      multiply(out, out, out);
      if (exponent[i] === '1') multiply(out, out, a);
    }
  };
}

/** An integer times Montgomery's radix. */
export function montgomeryForm(integer: bigint, modulus: bigint): bigint {
  return (integer << BigInt(LIMBS * LIMB_BITS)) % modulus;
}
